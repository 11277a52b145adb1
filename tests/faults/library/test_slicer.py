from random import Random

import msgspec
import pytest

from faults.circumstances import Circumstances
from faults.steps import Event
from tests.faults.honest import (
    EVENT_STREAM,
    FINISH,
    PlainDialect,
    attested,
    body,
    fault,
    played,
    said,
    token,
)

SMALL = fault("slicer", average_size=4, delay_us=250_000)


def test_a_body_comes_in_pieces_each_behind_a_wait() -> None:
    play = played(SMALL, body(b"0123456789"))
    told = [(at_s, step.data) for at_s, step in play.steps if isinstance(step, Event)]
    assert told == [(0.25, b"0123"), (0.5, b"4567"), (0.75, b"89")]
    assert attested(SMALL, body(b"0123456789")) == ["delayed"]


def test_pieces_are_counted_through_what_the_body_came_in() -> None:
    honest = body(b"012", b"345678", b"9")
    told = [s.data for s in said(played(SMALL, honest)) if isinstance(s, Event)]
    assert told == [b"012", b"3", b"4567", b"8", b"9"]
    assert played(SMALL, honest).end_s == 0.75


def test_an_event_counts_when_its_last_piece_is_there() -> None:
    told = said(played(SMALL, [EVENT_STREAM, token(1), FINISH]))
    events = [step for step in told if isinstance(step, Event)]
    assert b"".join(event.data for event in events) == token(1).data + FINISH.data
    assert sum(event.tokens for event in events) == 1
    assert events[-1].finish
    assert sum(event.finish for event in events) == 1


def test_what_follows_of_an_event_is_known() -> None:
    first = said(played(SMALL, [EVENT_STREAM, token(1)]))[1]
    assert first == Event(data=b"data", rest=Event(data=b": 1\n\n", tokens=1))


def test_a_body_of_nothing_is_untouched() -> None:
    assert attested(SMALL, body()) == []


def test_sizes_are_the_dices() -> None:
    varied = fault("slicer", average_size=8, size_variation=7)

    def sizes(seed: int) -> list[int]:
        script = varied.script_in(Circumstances(Random(seed)), PlainDialect())
        next(script)
        found = [script.send(Event(data=b"x" * 200)), *(next(script) for _ in range(8))]
        return [len(step.data) for step in found if isinstance(step, Event)]

    assert sizes(1) == sizes(1)
    assert sizes(1) != sizes(2)


def test_pieces_without_a_wait_would_be_one_and_are_refused() -> None:
    with pytest.raises(msgspec.ValidationError):
        fault("slicer", delay_us=0)


@pytest.mark.parametrize("cut", range(21))
def test_however_the_body_came_it_takes_as_long(cut: int) -> None:
    varied = fault("slicer", average_size=3, size_variation=2, delay_us=250_000)
    whole = bytes(range(20))
    in_pieces = body(whole[:cut], whole[cut:])
    assert played(varied, in_pieces).end_s == played(varied, body(whole)).end_s
