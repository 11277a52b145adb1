from faults.steps import Close, Step
from tests.faults.honest import JSON, attested, body, fault, played, said, stream

SLOW = fault("slow_close", delay_s=2)


def test_every_byte_is_in_time_and_the_end_is_not() -> None:
    play = played(SLOW, stream(3))
    assert said(play) == stream(3)
    assert {at_s for at_s, _ in play.steps[:-1]} == {0.0}
    assert play.end_s == 2.0
    assert attested(SLOW, body(b"{}")) == ["delayed"]


def test_a_connection_that_breaks_is_closed_late_too() -> None:
    broken: list[Step] = [JSON, Close()]
    assert played(SLOW, broken).end_s == 2.0
