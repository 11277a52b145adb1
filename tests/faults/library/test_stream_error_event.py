import pytest

from faults.steps import Close, End, Event, Step
from tests.faults.honest import BUSY, attested, body, fault, played, said, stream

ERROR = Event(data=b"data: error 500 None\n\n")


@pytest.mark.parametrize("after_tokens", [0, 1, 2, 3])
def test_the_dialects_error_comes_instead_of_the_next_token_and_the_stream_ends(
    after_tokens: int,
) -> None:
    one = fault("stream_error_event", after_tokens=after_tokens)
    play = played(one, stream(3))
    assert said(play) == [*stream(3)[: 2 + after_tokens], ERROR, End()]
    assert play.asked
    assert attested(one, stream(3)) == ["answered"]


def test_it_tells_of_the_refusal_that_was_asked_for() -> None:
    one = fault("stream_error_event", status=429, message="later")
    assert said(played(one, stream(3)))[2] == Event(data=b"data: error 429 later\n\n")


def test_the_connection_may_close_behind_it_before_its_promised_end() -> None:
    one = fault("stream_error_event", after_tokens=1, then="close")
    assert said(played(one, stream(3)))[-2:] == [ERROR, Close()]


def test_the_stream_may_go_on_behind_it_whole() -> None:
    one = fault("stream_error_event", after_tokens=1, then="continue")
    honest = stream(3)
    assert said(played(one, honest)) == [*honest[:3], ERROR, *honest[3:]]


def test_an_answer_that_is_shorter_passes_untouched() -> None:
    assert attested(fault("stream_error_event", after_tokens=4), stream(3)) == []


@pytest.mark.parametrize(("then", "end"), [("end", End()), ("continue", End()), ("close", Close())])
def test_an_answer_that_is_no_stream_has_the_error_for_its_body(then: str, end: Step) -> None:
    one = fault("stream_error_event", after_tokens=9, status=503, then=then)
    honest = body(b"{", b"}")
    assert said(played(one, honest)) == [honest[0], Event(data=b"503 None None"), end]


def test_a_refusal_of_the_providers_own_passes() -> None:
    assert attested(fault("stream_error_event"), [BUSY, *body(b"{}")[1:]]) == []
