"""Where in a stream a fault acts: behind so many tokens or events, or behind a place with a name.

A position is found event by event, whatever pieces the bytes came in.
"""

from collections.abc import Callable, Generator
from typing import Annotated, ClassVar, Final, Literal, NamedTuple, Protocol

import msgspec
from msgspec import Meta

from faults.fault import Fault
from faults.parameters import Events, Tokens
from faults.phrases import is_event_stream
from faults.steps import NEXT, Close, Event, Head, Next, Reset, Step
from providers.places import is_prompt_filter, names_role
from providers.sse import event_data

Place = Literal["after_headers", "after_prompt_filter", "after_role", "after_finish"]
"""The places that have a name, in their order."""

_AT = (
    "a place instead of a count: after_headers, before any event; after_prompt_filter, behind "
    "Azure's word on the prompt; after_role, behind the event that first says who speaks (Gemini's "
    "says text too); after_finish, behind the finish reason, before usage, `[DONE]` or the end"
)
_SHOWS: Final[dict[Place, Callable[[Event, bytes], bool]]] = {
    "after_prompt_filter": lambda _, data: is_prompt_filter(data),
    "after_role": lambda _, data: names_role(data),
    "after_finish": lambda event, _: event.finish,
}


class Found(NamedTuple):
    """A position: the answer's head, and the first step beyond, unsaid."""

    head: Head
    held: Step


Search = Generator[Step | Next, Step, Found | None]
"""Part of a script that lets honest steps pass up to a position; None: the answer has it not."""

Passage = Generator[Step | Next, Step, Step | None]
"""The same, that returns the step it kept in hand."""


class Positioned(Fault, frozen=True, kw_only=True):
    """A fault at one position of a stream."""

    positions: ClassVar[tuple[str, ...]] = ("after_tokens", "after_events", "at")
    """The parameters of which one at the most is given."""

    after_tokens: Annotated[Tokens, Meta(description="what the client gets before")] = 0
    after_events: Annotated[
        Events | None, Meta(description="what the client gets before, instead of tokens")
    ] = None
    at: Annotated[Place | None, Meta(description=_AT)] = None

    def __post_init__(self) -> None:
        """Refuse two positions; ValueError."""
        usual = {field.name: field.default for field in msgspec.structs.fields(self)}
        given = [name for name in self.positions if getattr(self, name) != usual[name]]
        if len(given) > 1:
            raise ValueError(f"acts at one position, not at both `{given[0]}` and `{given[1]}`")

    def found(self) -> Search:
        """Pass the answer on up to the position."""
        if self.at is not None:
            return until_place(self.at)
        if self.after_events is not None:
            return _until(_Events(self.after_events))
        return _until(_Tokens(self.after_tokens))


def until_place(place: Place) -> Search:
    """Pass the answer on up to the step behind a place, be it the end; None: it has no such place.

    The body of an answer that is no event stream is beyond from its first byte, as everywhere; but
    it is never behind its own finish.
    """
    return _until(_Place(place))


def until_token(after_tokens: int) -> Passage:
    """Pass the answer on up to its position, and return the first event beyond, unsaid.

    Beyond is the event that would bring the client more than `after_tokens` content tokens, or the
    bare finish reason once the client has exactly that many. An answer that is no event stream has
    no tokens to count: its body is beyond from its first byte, however it is cut into pieces.
    None when the answer never gets there, which a refusal (status >= 400) never does.
    """
    found = yield from _until(_Tokens(after_tokens))
    return None if found is None else found.held


class _Position(Protocol):
    """What a position needs to know; a body without events may have it before its first byte."""

    meets_bodies: bool

    def passed(self, event: Event) -> None:
        """Take note of what the client got."""

    def is_beyond(self, step: Step) -> bool:
        """Tell whether this step of a stream comes after the position."""


class _Tokens:
    """Behind so many content tokens."""

    meets_bodies = True

    def __init__(self, tokens: int) -> None:
        self._left = tokens

    def passed(self, event: Event) -> None:
        self._left -= event.tokens

    def is_beyond(self, step: Step) -> bool:
        if not isinstance(step, Event):
            return False
        return step.tokens > self._left or (step.finish and not self._left)


class _Events:
    """Behind so many events."""

    meets_bodies = True

    def __init__(self, events: int) -> None:
        self._left = events

    def passed(self, event: Event) -> None:
        self._left -= _counts(event)

    def is_beyond(self, step: Step) -> bool:
        return not self._left and (not isinstance(step, Event) or _counts(step))


class _Place:
    """Behind a place with a name."""

    def __init__(self, place: Place) -> None:
        self._shows = _SHOWS.get(place)
        self._reached = self._shows is None
        self.meets_bodies = place != "after_finish"

    def passed(self, event: Event) -> None:
        if self._shows is not None and not self._reached:
            self._reached = self._shows(event, event_data(event.data) or b"")

    def is_beyond(self, step: Step) -> bool:
        del step
        return self._reached


def _counts(event: Event) -> bool:
    """Tell an event (or a gRPC message) from a comment, which counts for nothing."""
    return not event.data.startswith(b":") or event_data(event.data) is not None


def _until(position: _Position) -> Search:
    head: Head | None = None
    while True:
        step = yield NEXT
        if head is not None and _is_beyond(step, position, head):
            return Found(head, step)
        yield step
        if isinstance(step, Event):
            position.passed(step)
        elif not isinstance(step, Head) or step.status >= 400:
            return None
        else:
            head = step


def _is_beyond(step: Step, position: _Position, head: Head) -> bool:
    if isinstance(step, Reset | Close | Head):
        return False
    if is_event_stream(head):
        return position.is_beyond(step)
    return isinstance(step, Event) and bool(step.data) and position.meets_bodies
