import msgspec
import pytest

from faults.catalog import make_fault
from faults.steps import Reset
from tests.faults.calls import call
from tests.faults.honest import attested, fault, played, said


def test_the_provider_is_not_asked_unless_messages_are_to_come_first() -> None:
    play = played(fault("h2_rst_stream", code="REFUSED_STREAM"), call(2))
    assert (said(play), play.asked) == ([Reset(code=7)], False)


@pytest.mark.parametrize("count", [0, 1, 2])
def test_the_reset_comes_behind_exactly_so_many_messages(count: int) -> None:
    told = said(played(fault("h2_rst_stream", after_messages=count), call(3)))
    assert told == [*call(3)[: 1 + count], Reset(code=2)]


def test_a_stream_that_never_gets_there_passes_whole() -> None:
    assert attested(fault("h2_rst_stream", after_messages=3), call(3)) == []


def test_an_error_code_that_http2_does_not_have_is_refused() -> None:
    with pytest.raises(msgspec.ValidationError):
        make_fault({"h2_rst_stream": {"code": "TIRED"}})
