import math

import msgspec
import pytest

from faults.steps import End, Event, Step
from tests.faults.honest import EVENT_STREAM, attested, body, fault, played, said, stream

SLOW = fault("slow_tokens", gap_s=2)


def test_the_first_token_comes_at_once_and_every_other_after_the_gap() -> None:
    play = played(SLOW, stream(3))
    assert said(play) == stream(3)
    assert [at_s for at_s, step in play.steps if step in stream(3)[2:5]] == [0.0, 2.0, 4.0]
    assert attested(SLOW, stream(3)) == ["delayed"]


def test_what_is_no_token_is_not_slowed() -> None:
    assert [at_s for at_s, _ in played(SLOW, stream(3)).steps][-3:] == [4.0, 4.0, 4.0]
    assert attested(SLOW, stream(1)) == []


def test_a_provider_that_is_as_slow_already_is_slowed_further() -> None:
    paced = played(SLOW, stream(3, gap_s=1))
    assert [at_s for at_s, step in paced.steps if step in stream(3)[2:5]] == [1.0, 4.0, 6.0]


def test_an_event_of_several_tokens_waits_once() -> None:
    many = Event(data=b"data: many\n\n", tokens=3)
    honest: list[Step] = [EVENT_STREAM, many, many, End()]
    assert played(SLOW, honest).end_s == 2


def test_a_body_that_is_no_stream_passes() -> None:
    assert attested(SLOW, body(b"{", b"}")) == []


def test_no_gap_is_no_touch() -> None:
    assert attested(fault("slow_tokens", gap_s=0), stream(3)) == []


def test_a_gap_without_an_end_is_a_stall_and_refused() -> None:
    with pytest.raises(msgspec.ValidationError):
        fault("slow_tokens", gap_s=math.inf)
