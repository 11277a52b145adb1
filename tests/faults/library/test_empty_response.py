import pytest

from faults.steps import End, Event, Head, Step
from tests.faults.honest import BUSY, FINISH, attested, body, fault, played, said, stream

EMPTY = fault("empty_response")


def dated(honest: list[Step], date: str) -> list[Step]:
    head = honest[0]
    assert isinstance(head, Head)
    return [Head(status=200, headers=(*head.headers, ("Date", date))), *honest[1:]]


def test_a_stream_keeps_its_head_and_finishes_without_content() -> None:
    play = played(EMPTY, stream(3))
    assert said(play) == [stream(3)[0], Event(data=b"data: empty at 0\n\n"), FINISH, End()]
    assert play.asked
    assert attested(EMPTY, stream(3)) == ["answered"]


def test_a_body_keeps_its_head_and_is_empty() -> None:
    honest = body(b"{", b"}")
    assert said(played(EMPTY, honest)) == [honest[0], Event(data=b"empty at 0"), End()]


def test_the_answer_was_made_when_its_head_says() -> None:
    honest = dated(body(b"{}"), "Thu, 01 Jan 1970 00:01:40 GMT")
    assert said(played(EMPTY, honest))[1] == Event(data=b"empty at 100")


@pytest.mark.parametrize("date", ["", "yesterday", "Thu, 99 Jan 1970 00:01:40 GMT"])
def test_a_date_that_is_none_does_no_harm(date: str) -> None:
    assert said(played(EMPTY, dated(body(b"{}"), date)))[1] == Event(data=b"empty at 0")


def test_a_refusal_of_the_providers_own_passes() -> None:
    assert attested(EMPTY, [BUSY, *body(b"{}")[1:]]) == []


def test_a_connection_that_ends_before_any_head_does_so_still() -> None:
    assert said(played(EMPTY, [End()])) == [End()]
