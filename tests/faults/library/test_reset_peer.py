import math

import msgspec
import pytest

from faults.steps import Reset
from tests.faults.honest import attested, fault, played, stream


def test_the_client_gets_a_reset_and_nothing_before_it_and_the_provider_is_not_asked() -> None:
    play = played(fault("reset_peer"), stream(3))
    assert play.steps == [(0.0, Reset())]
    assert not play.asked
    assert attested(fault("reset_peer"), stream(3)) == ["reset"]


def test_silence_may_come_before_the_reset_and_is_what_is_attested_then() -> None:
    one = fault("reset_peer", after_s=3)
    assert played(one, stream(3)).steps == [(3.0, Reset())]
    assert attested(one, stream(3)) == ["delayed"]


@pytest.mark.parametrize("after_s", [-1, math.inf, 3601])
def test_a_reset_that_never_comes_is_none(after_s: float) -> None:
    with pytest.raises(msgspec.ValidationError):
        fault("reset_peer", after_s=after_s)
