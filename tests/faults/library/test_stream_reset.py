import pytest

from faults.steps import Reset
from tests.faults.honest import attested, body, fault, played, said, stream


@pytest.mark.parametrize("after_tokens", [0, 1, 2, 3])
def test_the_connection_is_reset_instead_of_the_next_token(after_tokens: int) -> None:
    play = played(fault("stream_reset", after_tokens=after_tokens), stream(3))
    assert said(play) == [*stream(3)[: 2 + after_tokens], Reset()]
    assert play.asked
    assert attested(fault("stream_reset", after_tokens=after_tokens), stream(3)) == ["reset"]


def test_an_answer_that_is_shorter_passes_untouched() -> None:
    assert attested(fault("stream_reset", after_tokens=4), stream(3)) == []


def test_a_body_that_is_no_stream_is_reset_before_its_first_byte() -> None:
    assert said(played(fault("stream_reset", after_tokens=4), body(b"{", b"}"))) == [
        *body()[:1],
        Reset(),
    ]
