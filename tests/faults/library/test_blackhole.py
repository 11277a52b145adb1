import math

from faults.steps import Close
from tests.faults.honest import attested, fault, played, stream


def test_nothing_ever_comes_and_the_provider_is_not_asked() -> None:
    play = played(fault("blackhole"), stream(3))
    assert play.steps == []
    assert play.end_s == math.inf
    assert not play.asked
    assert attested(fault("blackhole"), stream(3)) == ["withheld"]


def test_after_the_hold_the_connection_closes_without_an_answer() -> None:
    play = played(fault("blackhole", hold_s=30), stream(3))
    assert play.steps == [(30.0, Close())]
    assert not play.asked
