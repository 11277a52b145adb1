import msgspec
import pytest

from faults.steps import End, Event, Step
from tests.faults.honest import (
    BUSY,
    EVENT_STREAM,
    attested,
    body,
    fault,
    played,
    said,
    stream,
    token,
)

BROKEN = {
    "bad_json": b'data: {"a": \n\n',
    "bad_utf8": b'data: \xff{"a": "bcd"}\n\n',
    "missing_prefix": b'{"a": "bcd"}\n\n',
    "bom": b'\xef\xbb\xbfdata: {"a": "bcd"}\n\n',
}
EACH = pytest.mark.parametrize("kind", BROKEN)


@EACH
def test_one_event_is_broken_and_the_rest_comes(kind: str) -> None:
    whole = Event(data=b'data: {"a": "bcd"}\n\n', tokens=1)
    honest: list[Step] = [EVENT_STREAM, whole, whole, whole, End()]
    one = fault("stream_malformed_event", after_tokens=1, kind=kind)
    broken = Event(data=BROKEN[kind])
    assert said(played(one, honest)) == [EVENT_STREAM, whole, broken, whole, End()]
    assert attested(one, honest) == ["answered"]


@EACH
def test_an_event_keeps_its_own_line_ends(kind: str) -> None:
    honest: list[Step] = [EVENT_STREAM, Event(data=b"data: {}\r\n\r\n", tokens=1), End()]
    _, event, _ = said(played(fault("stream_malformed_event", kind=kind), honest))
    assert isinstance(event, Event)
    assert event.data.endswith(b"\r\n\r\n")


@EACH
def test_an_answer_that_is_shorter_passes_untouched(kind: str) -> None:
    one = fault("stream_malformed_event", after_tokens=4, kind=kind)
    assert attested(one, stream(3)) == []


WHOLE = Event(data=b'data: {"a": "bcd"}\n\n', tokens=1)


def test_an_event_comes_twice() -> None:
    one = fault("stream_malformed_event", after_events=1, kind="duplicate_event")
    honest: list[Step] = [EVENT_STREAM, WHOLE, token(1), token(2), End()]
    assert said(played(one, honest)) == [*honest[:3], token(1), *honest[3:]]
    assert attested(one, honest) == ["answered"]


def test_two_events_change_places() -> None:
    one = fault("stream_malformed_event", after_tokens=1, kind="reorder")
    honest: list[Step] = [EVENT_STREAM, token(0), token(1), token(2), End()]
    assert said(played(one, honest)) == [EVENT_STREAM, token(0), token(2), token(1), End()]
    assert attested(one, honest) == ["withheld"]


def test_a_last_event_has_none_to_change_places_with() -> None:
    one = fault("stream_malformed_event", after_tokens=1, kind="reorder")
    honest: list[Step] = [EVENT_STREAM, token(0), token(1), End()]
    assert said(played(one, honest)) == honest


def test_a_character_comes_in_two_pieces_and_not_at_once() -> None:
    one = fault("stream_malformed_event", after_tokens=1, kind="split_utf8")
    event = Event(data="data: ö\n\n".encode(), tokens=1)
    honest: list[Step] = [EVENT_STREAM, token(0), event, End()]
    (_, _), (_, _), (first_s, first), (second_s, second), _ = played(one, honest).steps
    assert first == Event(data=b"data: \xc3")
    assert second == Event(data=b"\xb6\n\n", tokens=1)
    assert second_s > first_s
    assert attested(one, honest) == ["answered"]


def test_an_event_gets_as_long_as_it_is_told() -> None:
    one = fault("stream_malformed_event", kind="oversize", size_bytes=70_000)
    _, event, *_ = said(played(one, [EVENT_STREAM, WHOLE, End()]))
    assert isinstance(event, Event)
    assert (len(event.data), event.tokens) == (70_000 + len(b"data: \n\n"), 1)


def test_behind_the_last_event_nothing_is_left_to_break() -> None:
    honest: list[Step] = [EVENT_STREAM, Event(data=b"data: stop\n\n", finish=True), End()]
    one = fault("stream_malformed_event", at="after_finish")
    assert said(played(one, honest)) == honest
    assert attested(one, honest) == []


@pytest.mark.parametrize(
    ("kind", "begin"), [("bad_json", b"{"), ("bad_utf8", b"\xff"), ("bom", b"\xef\xbb\xbf")]
)
def test_a_body_that_is_no_stream_begins_broken(kind: str, begin: bytes) -> None:
    honest = body(b"{", b"}")
    one = fault("stream_malformed_event", kind=kind)
    assert said(played(one, honest)) == [honest[0], Event(data=begin), *honest[1:]]


@pytest.mark.parametrize("kind", ["missing_prefix", "crlf", "oversize", "reorder", "split_utf8"])
def test_a_body_has_no_events_of_which_one_could_be_broken(kind: str) -> None:
    assert attested(fault("stream_malformed_event", kind=kind), body(b"{}")) == []


def test_a_refusal_of_the_providers_own_passes() -> None:
    assert attested(fault("stream_malformed_event"), [BUSY, *body(b"{}")[1:]]) == []


@pytest.mark.parametrize("kind", [*BROKEN, "crlf", "oversize", "duplicate_event", "reorder"])
def test_a_comment_is_no_event_that_could_be_broken(kind: str) -> None:
    comment = Event(data=b": ping\n\n")
    one = fault("stream_malformed_event", at="after_headers", kind=kind)
    honest: list[Step] = [EVENT_STREAM, comment, WHOLE, token(1), End()]
    alone: list[Step] = [EVENT_STREAM, WHOLE, token(1), End()]
    assert said(played(one, honest))[:2] == honest[:2]
    assert said(played(one, honest))[2:] == said(played(one, alone))[1:]
    assert attested(one, [EVENT_STREAM, comment, End()]) == []


def test_a_size_is_for_what_has_one() -> None:
    with pytest.raises(msgspec.ValidationError, match="`kind: oversize`, not for `kind: bom`"):
        fault("stream_malformed_event", kind="bom", size_bytes=9)
