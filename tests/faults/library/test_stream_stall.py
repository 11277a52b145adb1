import math

import msgspec
import pytest

from faults.steps import End, Event, Head, Step
from tests.faults.honest import DONE, FINISH, attested, body, fault, played, said, stream, token


@pytest.mark.parametrize("after_tokens", [0, 1, 2])
def test_the_stream_falls_silent_before_the_next_token_and_then_goes_on(after_tokens: int) -> None:
    play = played(fault("stream_stall", after_tokens=after_tokens, seconds=5), stream(3))
    assert said(play) == stream(3)
    silent_from = said(play).index(token(after_tokens))
    assert [at_s for at_s, _ in play.steps] == [0.0] * silent_from + [5.0] * (8 - silent_from)


def test_a_stall_without_an_end_leaves_the_client_waiting() -> None:
    play = played(fault("stream_stall", after_tokens=1), stream(3))
    assert said(play) == stream(3)[:3]
    assert play.end_s == math.inf
    assert play.asked


def test_a_silence_that_ends_is_a_delay_and_one_that_does_not_is_withholding() -> None:
    assert attested(fault("stream_stall", seconds=5), stream(3)) == ["delayed"]
    assert attested(fault("stream_stall"), stream(3)) == ["withheld"]


def test_the_provider_goes_on_speaking_while_the_client_is_held() -> None:
    play = played(fault("stream_stall", after_tokens=1, seconds=5), stream(3, gap_s=1))
    assert [at_s for at_s, step in play.steps if step in stream(3)[2:5]] == [1.0, 7.0, 7.0]


def test_an_answer_that_is_shorter_passes_untouched() -> None:
    assert attested(fault("stream_stall", after_tokens=4), stream(3)) == []
    assert said(played(fault("stream_stall", after_tokens=4), stream(3))) == stream(3)


def test_a_body_that_is_no_stream_is_held_before_its_first_piece() -> None:
    assert said(played(fault("stream_stall", after_tokens=9), body(b"{", b"}"))) == body()[:1]


COMMENT = Event(data=b": keep-alive\n\n")


def test_comments_may_come_meanwhile() -> None:
    one = fault("stream_stall", after_tokens=1, seconds=2.5, keepalive=True)
    play = played(one, stream(2))
    silent = play.steps.index((0.0, token(0))) + 1
    comments = [(1.0, COMMENT), (2.0, COMMENT)]
    assert play.steps[silent : silent + 3] == [*comments, (2.5, token(1))]
    assert [step for step in said(play) if step != COMMENT] == stream(2)
    assert attested(one, stream(2)) == ["delayed"]


def test_with_comments_a_stall_without_an_end_has_one() -> None:
    one = fault("stream_stall", keepalive=True, keepalive_interval_s=100.0)
    play = played(one, stream(1))
    assert (said(play).count(COMMENT), play.end_s) == (5, 600.0)
    with pytest.raises(msgspec.ValidationError, match="`seconds` is at most 600"):
        fault("stream_stall", keepalive=True, seconds=601.0)


def test_a_body_and_grpc_have_no_comments() -> None:
    one = fault("stream_stall", keepalive=True, seconds=5)
    head = Head(status=200, headers=(("content-type", "application/grpc"),))
    calls: list[Step] = [head, Event(data=b"\0\0\0\0\0", tokens=1), End()]
    for honest in (body(b"{}"), calls):
        assert said(played(one, honest)) == honest
        assert played(one, honest).end_s == 5


def test_a_stall_may_come_behind_the_finish() -> None:
    play = played(fault("stream_stall", at="after_finish", seconds=5), stream(1))
    assert play.steps[-3:] == [(0.0, FINISH), (5.0, DONE), (5.0, End())]


def test_an_interval_is_for_comments() -> None:
    with pytest.raises(msgspec.ValidationError, match="`keepalive: true`"):
        fault("stream_stall", keepalive_interval_s=5)
