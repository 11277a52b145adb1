"""Turns of speech that several faults share."""

from collections.abc import Generator

from faults.steps import NEXT, End, Event, Head, Next, Script, Step
from providers.dialect import Dialect, HttpAnswer, MalformedAnswerError
from providers.sse import event_data

Passage = Generator[Step | Next, Step, Event | None]
"""Part of a script that lets honest steps pass, and returns the event it kept in hand."""


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


def own_event(dialect: Dialect, data: bytes) -> Event:
    """Return an event of the fault's own, without tokens, that carries the finish reason or not."""
    try:
        finish = dialect.read_event(event_data(data) or b"").finish_reason is not None
    except MalformedAnswerError:
        finish = False
    return Event(data=data, finish=finish)


def until_token(after_tokens: int) -> Passage:
    """Pass the answer on up to its position, and return the first event beyond, unsaid.

    Beyond is the event that would bring the client more than `after_tokens` content tokens, or the
    bare finish reason once the client has exactly that many. An answer that is no event stream has
    no tokens to count: its body is beyond from its first byte, however it is cut into pieces.
    None when the answer never gets there, which a refusal (status >= 400) never does.
    """
    passed, streamed = 0, True
    while True:
        step = yield NEXT
        if isinstance(step, Event):
            if _is_beyond(step, passed, after_tokens) if streamed else step.data:
                return step
            passed += step.tokens
        elif isinstance(step, Head):
            streamed = is_event_stream(step)
        yield step
        if _passes_whole(step):
            return None


def _is_beyond(event: Event, passed: int, after_tokens: int) -> bool:
    return passed + event.tokens > after_tokens or (event.finish and passed == after_tokens)


def _passes_whole(step: Step) -> bool:
    """Tell whether nothing after this step can be a position any more."""
    return step.status >= 400 if isinstance(step, Head) else not isinstance(step, Event)


def is_event_stream(head: Head) -> bool:
    """Tell whether a body is to come in events."""
    types = (value for name, value in head.headers if name.lower() == "content-type")
    return any(value.lower().startswith("text/event-stream") for value in types)
