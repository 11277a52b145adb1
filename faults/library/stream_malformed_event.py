"""Something on the way breaks an event, or the order of events."""

from typing import Annotated, ClassVar, Final, Literal

from msgspec import Meta

from faults.fault import NOT_GRPC, Protocol
from faults.malformed import Kind, broken, in_two
from faults.phrases import is_event_stream
from faults.positions import Positioned
from faults.steps import NEXT, Event, Script, Step, Wait
from providers.dialect import Dialect
from providers.sse import event_data

_BEFORE_A_BODY: Final[dict[str, bytes]] = {
    "bad_json": b"{",
    "bad_utf8": b"\xff",
    "bom": b"\xef\xbb\xbf",
}
_OVERSIZE_BYTES: Final = 1_048_576
_APART_S: Final = 0.02
"""Between two pieces, so that they are no single segment by the time they are read."""


class StreamMalformedEvent(Positioned, frozen=True, kw_only=True):
    """The client gets one event broken, or out of its order, and then the rest of the answer."""

    name: ClassVar[str] = "stream_malformed_event"
    protocols: ClassVar[frozenset[Protocol]] = NOT_GRPC
    aliases: ClassVar[tuple[str, ...]] = ("MALFORMED_RESPONSE_CHUNK",)
    action: ClassVar[str] = "answered"
    also_attested: ClassVar[tuple[str, ...]] = ("withheld",)
    holds_back: ClassVar[bool] = True
    seen: ClassVar[str] = (
        "one chunk of bad JSON: a gateway that reads no further and asks no fallback "
        "(BerriAI/litellm #40404), another that skips it in silence"
    )

    kind: Annotated[
        Kind | Literal["duplicate_event", "reorder", "split_utf8"],
        Meta(
            description="bad_json: the second half of its data is missing; bad_utf8: its data "
            "begins with a byte that is no UTF-8; missing_prefix: `data: ` is missing, so that a "
            "reader of the format passes over it, as it does with bom: a byte order mark before "
            "it, which is one at the very beginning alone; crlf: its lines end in CRLF where the "
            "stream has LF, and the other way round; oversize: spaces make its data `size_bytes` "
            "long, and nothing else of it; duplicate_event: it comes twice; reorder: the next "
            "event comes before it; split_utf8: it comes in two pieces, cut within a character of "
            "several bytes (an `é` at the end of a text that has none). A body that is no stream "
            "begins with half an object, such a byte, or a mark; the other kinds let it pass"
        ),
    ] = "bad_json"
    size_bytes: Annotated[
        int,
        Meta(ge=1, le=16_777_216, description="oversize: how long", extra={"unit": "bytes"}),
    ] = _OVERSIZE_BYTES

    def __post_init__(self) -> None:
        """Refuse what cannot be; ValueError."""
        Positioned.__post_init__(self)
        if self.kind != "oversize" and self.size_bytes != _OVERSIZE_BYTES:
            raise ValueError(f"`size_bytes` is for `kind: oversize`, not for `kind: {self.kind}`")

    def script(self, dialect: Dialect) -> Script:  # noqa: ARG002 - bytes break the same in each
        """Break the event behind the position, or the beginning of a body."""
        found = yield from self.found()
        if found is None:
            return
        if is_event_stream(found.head):
            yield from self._break(found.held)
        elif isinstance(found.held, Event):
            if begin := _BEFORE_A_BODY.get(self.kind):
                yield Event(data=begin)
            yield found.held

    def _break(self, step: Step) -> Script:
        while isinstance(step, Event) and event_data(step.data) is None:
            yield step  # a comment, which nobody would miss
            step = yield NEXT
        if isinstance(step, Event):
            yield from self._say(step)
        else:
            yield step

    def _say(self, event: Event) -> Script:
        match self.kind:
            case "duplicate_event":
                yield event
                yield _again(event)
            case "reorder":
                following = yield NEXT
                yield from _swapped(event, following)
            case "split_utf8":
                yield from _split(event)
            case kind:
                yield broken(event, kind, self.size_bytes)


def _again(event: Event) -> Event:
    return Event(data=event.data, tokens=event.tokens, finish=event.finish)


def _swapped(event: Event, following: Step) -> Script:
    if isinstance(following, Event):
        yield following
        yield _again(event)
    else:
        yield event
        yield following


def _split(event: Event) -> Script:
    first, second = in_two(event.data)
    if not second:
        yield event
        return
    yield Event(data=first)
    yield Wait(seconds=_APART_S)
    yield Event(data=second, tokens=event.tokens, finish=event.finish)
