import math

from faults.rehearse import rehearse
from faults.steps import NEXT, End, Reset, Script, Wait
from tests.faults.honest import EVENT_STREAM, OPENING, stream, token


def pausing(*seconds: float) -> Script:
    """Wait so often before asking."""
    for one in seconds:
        yield Wait(seconds=one)


def refusing() -> Script:
    """Reset without asking."""
    yield Reset()


def test_a_script_that_says_nothing_lets_everything_through_at_once() -> None:
    play = rehearse(pausing(), stream(2))
    assert play.steps == [(0.0, step) for step in stream(2)]
    assert play.asked
    assert play.end_s == 0


def test_a_provider_that_is_not_asked_says_nothing() -> None:
    play = rehearse(refusing(), stream(2))
    assert play.steps == [(0.0, Reset())]
    assert not play.asked


def test_waits_add_up_before_the_provider_is_asked() -> None:
    play = rehearse(pausing(1.5, 2), stream(1, gap_s=1))
    assert [at_s for at_s, _ in play.steps] == [3.5, 3.5, 4.5, 4.5, 4.5, 4.5]


def test_the_provider_goes_on_while_the_client_is_held() -> None:
    def hold_the_opening() -> Script:
        yield (yield NEXT)
        opening = yield NEXT
        yield Wait(seconds=1.5)
        yield opening

    play = rehearse(hold_the_opening(), stream(2, gap_s=1))
    times = {at_s for at_s, step in play.steps if step in (token(0), token(1))}
    assert times == {1.5, 2.0}


def test_a_client_that_is_held_for_ever_gets_nothing_more() -> None:
    play = rehearse(pausing(math.inf), stream(1))
    assert play.steps == []
    assert play.end_s == math.inf


def test_an_honest_answer_without_an_end_leaves_the_client_waiting() -> None:
    play = rehearse(pausing(), [EVENT_STREAM, OPENING])
    assert len(play.steps) == 2
    assert play.end_s == math.inf


def test_the_script_is_closed_when_the_play_is_over() -> None:
    closed = []

    def watched() -> Script:
        try:
            while True:
                yield (yield NEXT)
        finally:
            closed.append(True)

    rehearse(watched(), [EVENT_STREAM, End()])
    assert closed == [True]
