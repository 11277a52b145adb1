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
)

BROKEN = {
    "bad_json": b'data: {"a": \n\n',
    "bad_utf8": b'data: \xff{"a": "bcd"}\n\n',
    "missing_prefix": b'{"a": "bcd"}\n\n',
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


@pytest.mark.parametrize(("kind", "begin"), [("bad_json", b"{"), ("bad_utf8", b"\xff")])
def test_a_body_that_is_no_stream_begins_broken(kind: str, begin: bytes) -> None:
    honest = body(b"{", b"}")
    one = fault("stream_malformed_event", kind=kind)
    assert said(played(one, honest)) == [honest[0], Event(data=begin), *honest[1:]]


def test_a_body_has_no_prefix_that_could_be_missing() -> None:
    assert attested(fault("stream_malformed_event", kind="missing_prefix"), body(b"{}")) == []


def test_a_refusal_of_the_providers_own_passes() -> None:
    assert attested(fault("stream_malformed_event"), [BUSY, *body(b"{}")[1:]]) == []
