import math
from collections.abc import Callable

import pytest

from faults.layers import Layer, compose
from faults.rehearse import rehearse
from faults.steps import NEXT, Close, End, Event, Head, Next, Resend, Reset, Script, Step, Wait
from tests.faults.honest import EVENT_STREAM, OPENING, fault, play, said, stream

OWN = Event(data=b"data: own\n\n")


def saying(*lines: Step | Next) -> Script:
    """Say these lines; what NEXT brings is dropped."""
    for line in lines:  # noqa: UP028 - a tuple's iterator cannot be sent to
        yield line


def passing(count: int, *then: Step) -> Script:
    """Pass so many honest steps, then say something else."""
    for _ in range(count):
        yield (yield NEXT)
    yield from then


def insatiable() -> Script:
    """Ask for ever, and say nothing."""
    while True:
        yield NEXT


def heard(*scripts: Script, honest: list[Step]) -> tuple[list[Step], list[tuple[str, str]]]:
    """Return what the client gets of scripts in list order, and what they are attested as."""
    attested: list[tuple[str, str]] = []
    layers = [Layer(str(index), script) for index, script in enumerate(scripts)]
    told = compose(layers, lambda rule, action: attested.append((rule, action)))
    return said(rehearse(told, honest)), attested


def test_the_first_in_the_list_is_the_first_to_meet_the_request() -> None:
    wait = fault("slow_first_token", delay_s=2, headers_first=False)
    refuse = fault("http_error")
    waited, by_both = play([wait, refuse], stream(1))
    assert waited.end_s == 2
    assert by_both == [("0", "delayed"), ("1", "answered")]
    at_once, by_one = play([refuse, wait], stream(1))
    assert at_once.end_s == 0
    assert by_one == [("0", "answered")]
    assert said(waited) == said(at_once)


def test_no_layer_is_the_honest_answer() -> None:
    assert heard(honest=stream(3)) == (stream(3), [])


@pytest.mark.parametrize("ending", [End(), Reset(), Close()])
def test_nobody_speaks_after_an_ending(ending: Step) -> None:
    steps, _ = heard(passing(1, ending, Reset(), OWN, End()), honest=stream(3))
    assert steps == [EVENT_STREAM, ending]


@pytest.mark.parametrize("ending", [End(), Reset(), Close()])
def test_an_outer_layer_hears_of_an_inner_ending_once_and_may_answer_it(ending: Step) -> None:
    steps, _ = heard(passing(1, OWN), passing(1, ending, OWN), honest=stream(3))
    assert steps == [EVENT_STREAM, OWN, ending]
    steps, _ = heard(passing(2, OWN), passing(1, ending), honest=stream(3))
    assert steps == [EVENT_STREAM, ending]


def test_who_asks_past_the_end_has_nothing_more_to_say() -> None:
    steps, _ = heard(insatiable(), honest=stream(3))
    assert steps == [End()]
    steps, _ = heard(insatiable(), insatiable(), passing(1, Reset()), honest=stream(3))
    assert steps == [Reset()]


def test_a_layer_that_ends_lets_the_rest_through() -> None:
    assert heard(passing(2), passing(1), saying(), honest=stream(3)) == (stream(3), [])


def test_a_wait_goes_straight_to_the_client_and_no_script_is_given_one() -> None:
    given: list[Step] = []

    def listening() -> Script:
        while True:
            step = yield NEXT
            given.append(step)
            yield step

    told = compose(
        [Layer("0", listening()), Layer("1", passing(1, Wait(seconds=3)))], lambda *_: None
    )
    result = rehearse(told, stream(1))
    assert result.end_s == 3
    assert given == stream(1)


def test_a_wait_of_nothing_is_not_even_said() -> None:
    told = compose([Layer("0", saying(Wait(seconds=0), Reset()))], lambda *_: None)
    assert list(told) == [Reset()]


@pytest.mark.parametrize(
    ("script", "action"),
    [
        (lambda: saying(Wait(seconds=1)), "delayed"),
        (lambda: saying(Wait(seconds=math.inf)), "withheld"),
        (lambda: passing(1, Reset()), "reset"),
        (lambda: passing(1, Close()), "truncated"),
        (lambda: passing(1, End()), "truncated"),
        (lambda: passing(1, OWN), "answered"),
        (lambda: saying(Head(status=500), End()), "answered"),
        (lambda: saying(NEXT), "withheld"),
        (lambda: saying(NEXT, NEXT), "withheld"),
        (lambda: passing(1, Wait(seconds=1), OWN, Reset()), "delayed"),
    ],
)
def test_a_layer_is_attested_once_by_what_it_did_first(
    script: Callable[[], Script], action: str
) -> None:
    assert heard(script(), honest=stream(2))[1] == [("0", action)]


@pytest.mark.parametrize("passed", [0, 3, 6, 9])
def test_a_layer_that_only_passes_honest_steps_on_is_not_attested(passed: int) -> None:
    assert heard(passing(passed), honest=stream(2)) == (stream(2), [])


def test_a_wait_of_nothing_is_no_touch() -> None:
    assert heard(saying(Wait(seconds=0)), honest=stream(2)) == (stream(2), [])


def test_an_equal_step_is_the_honest_step() -> None:
    def retelling() -> Script:
        while True:
            step = yield NEXT
            yield OPENING if step == OPENING else step

    assert heard(retelling(), honest=[EVENT_STREAM, Event(data=OPENING.data), End()])[1] == []


def test_an_end_at_the_honest_end_truncates_nothing() -> None:
    def end_in_own_words() -> Script:
        while not isinstance((step := (yield NEXT)), End):
            yield step
        yield End()

    assert heard(end_in_own_words(), honest=stream(1)) == (stream(1), [])


def test_a_touch_is_told_before_the_client_gets_it() -> None:
    attested: list[tuple[str, str]] = []
    told = compose([Layer("7", saying(Reset()))], lambda *words: attested.append(words))
    assert attested == []
    assert next(told) == Reset()
    assert attested == [("7", "reset")]


def test_a_layer_that_is_never_reached_is_not_attested() -> None:
    assert heard(saying(Reset()), saying(Reset()), honest=stream(1))[1] == [("0", "reset")]


def test_closing_the_composition_closes_every_script() -> None:
    closed: list[int] = []

    def watched(number: int) -> Script:
        try:
            yield (yield NEXT)
            yield Wait()
        finally:
            closed.append(number)

    scripts = [watched(number) for number in range(3)]
    told = compose([Layer("", script) for script in scripts], lambda *_: None)
    assert next(told) is NEXT
    told.close()
    assert sorted(closed) == [0, 1, 2]


def test_a_script_that_is_left_behind_by_an_ending_is_closed_too() -> None:
    closed: list[bool] = []

    def watched() -> Script:
        try:
            yield (yield NEXT)
            yield Wait()
        finally:
            closed.append(True)

    script = watched()
    heard(passing(1, Reset()), script, honest=stream(1))
    assert closed == [True]


def test_what_is_to_be_sent_again_is_said_past_every_other_layer() -> None:
    steps, attested = heard(passing(2), passing(1, Resend(times=1)), honest=stream(1))
    assert steps == [EVENT_STREAM, Resend(times=1), *stream(1)[1:]]
    assert attested == [("1", "replayed")]
