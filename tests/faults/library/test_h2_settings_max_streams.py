import msgspec
import pytest

from faults.steps import MaxStreams
from tests.faults.calls import call
from tests.faults.honest import attested, fault, played, said


def test_the_limit_is_said_first_and_the_call_goes_on() -> None:
    assert said(played(fault("h2_settings_max_streams", streams=3), call(2))) == [
        MaxStreams(count=3),
        *call(2),
    ]
    assert attested(fault("h2_settings_max_streams"), call(2)) == ["delayed"]


def test_more_than_there_are_is_no_limit() -> None:
    with pytest.raises(msgspec.ValidationError):
        fault("h2_settings_max_streams", streams=257)
