"""Turns of speech that several faults share."""

from collections.abc import Callable, Generator
from email.utils import parsedate_to_datetime
from typing import Final

import msgspec

from faults.steps import NEXT, End, Event, Head, Next, Script, Step
from providers.dialect import Answer, Dialect, HttpAnswer, MalformedAnswerError
from providers.edited import Edit, edited, edited_event
from providers.grpc import CONTENT_TYPE
from providers.sse import event_data

_IN_EVENTS: Final = ("text/event-stream", CONTENT_TYPE)
_FRAMING: Final = frozenset(
    {"content-length", "transfer-encoding", "connection", "keep-alive", "trailer"}
)


def whole_answer(answer: HttpAnswer) -> Script:
    """Say a whole answer of the fault's own; the provider is not asked."""
    yield Head(status=answer.status, headers=answer.headers)
    if answer.body:
        yield Event(data=answer.body)
    yield End()


def passed_head() -> Generator[Step | Next, Step, Head | None]:
    """Pass the head on and return it; None for a refusal (status >= 400), or an end instead."""
    step = yield NEXT
    yield step
    return step if isinstance(step, Head) and not _passes_whole(step) else None


def fact_free(head: Head) -> Answer:
    """Return an answer of nothing, to be written behind this head; its time is the head's own."""
    return Answer(response_id="0", created_s=_sent_s(head), prompt_tokens=0, output_tokens=0)


def own_head(head: Head, *more: tuple[str, str]) -> Head:
    """Return the provider's head in words of one's own, free of framing, with headers behind."""
    kept = [(name, value) for name, value in head.headers if name.lower() not in _FRAMING]
    return Head(status=head.status, headers=(*kept, *more))


def grown_head(head: Head, *more: tuple[str, str]) -> Head:
    """Return the provider's head as it came, framing and all, with headers behind."""
    lines = b"".join(f"{name}: {value}\r\n".encode("latin-1") for name, value in more)
    raw = head.raw[:-2] + lines + b"\r\n" if head.raw else b""
    return msgspec.structs.replace(head, headers=(*head.headers, *more), raw=raw)


def whole_body() -> Generator[Step | Next, Step, tuple[bytes, Step]]:
    """Take the rest of an answer, unsaid: its bytes put together, and its ending."""
    pieces: list[bytes] = []
    while True:
        step = yield NEXT
        if not isinstance(step, Event):
            return b"".join(pieces), step
        pieces.append(step.data)


def changed_events(change: Callable[[Event], Event | None]) -> Script:
    """Pass the rest of an answer on, each event changed; None leaves one out."""
    while True:
        step = yield NEXT
        if not isinstance(step, Event):
            yield step
            return
        told = change(step)
        if told is not None:
            yield told


def changed_answer(edit: Edit, leave_out: Callable[[bytes], bool] = lambda _: False) -> Script:
    """Pass an answer on with an edit of all its JSON; a body that is no stream is read whole.

    Events whose data is to be left out are.
    """
    head = yield from passed_head()
    if head is None:
        return
    if is_event_stream(head):

        def change(event: Event) -> Event | None:
            if leave_out(event_data(event.data) or b""):
                return None
            return with_data(event, edited_event(event.data, edit))

        yield from changed_events(change)
    else:
        yield from changed_body(edit)


def changed_body(edit: Edit) -> Script:
    """Read the rest of an answer that is no stream, whole, and say it with an edit.

    Where there is nothing to edit, its pieces are said as they came.
    """
    pieces: list[Event] = []
    while isinstance(step := (yield NEXT), Event):
        pieces.append(step)
    body = b"".join(piece.data for piece in pieces)
    changed = edited(body, edit)
    yield from pieces if changed is body else [Event(data=changed)]
    yield step


def with_data(event: Event, data: bytes) -> Event:
    """Return an event with other data; the very same one if the data is no other."""
    return (
        event if data is event.data else Event(data=data, tokens=event.tokens, finish=event.finish)
    )


def own_event(dialect: Dialect, data: bytes) -> Event:
    """Return an event of the fault's own, without tokens, that carries the finish reason or not."""
    try:
        finish = dialect.read_event(event_data(data) or b"").finish_reason is not None
    except MalformedAnswerError:
        finish = False
    return Event(data=data, finish=finish)


def _passes_whole(step: Step) -> bool:
    """Tell whether nothing after this step can be a position any more."""
    return step.status >= 400 if isinstance(step, Head) else not isinstance(step, Event)


def is_event_stream(head: Head) -> bool:
    """Tell whether a body is to come in events."""
    return any(kind.startswith(_IN_EVENTS) for kind in _content_types(head))


def takes_comments(head: Head) -> bool:
    """Tell whether a body has room for comments: server-sent events alone have."""
    return any(kind.startswith("text/event-stream") for kind in _content_types(head))


def _content_types(head: Head) -> list[str]:
    return [value.lower() for name, value in head.headers if name.lower() == "content-type"]


def _sent_s(head: Head) -> int:
    """Return when the provider says it answered, in seconds since the epoch; 0 if it does not."""
    dates = [value for name, value in head.headers if name.lower() == "date"]
    try:
        return int(parsedate_to_datetime(dates[0]).timestamp())
    except (IndexError, ValueError):
        return 0
