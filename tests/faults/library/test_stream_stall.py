import math

import pytest

from tests.faults.honest import attested, body, fault, played, said, stream, token


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
