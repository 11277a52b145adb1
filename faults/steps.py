"""The language that faults speak: what the client gets next, word by word.

A script is a generator. `yield NEXT` asks for the honest answer's next step; yielding any other
step says it to the client. A script that ends lets the rest through. What is never asked for never
happens: a script that does not say NEXT leaves the provider alone.
"""

import math
from collections.abc import Generator
from enum import Enum

import msgspec


class Next(Enum):
    """The request for the honest answer's next step."""

    NEXT = "next"


NEXT = Next.NEXT


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """The status line and headers of an answer, without framing headers.

    `raw` is the provider's own head as received, kept so that order and case survive; empty for a
    head that a fault wrote. `length`: the Content-Length to promise, whatever comes then.
    """

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    raw: bytes = b""
    length: int | None = None


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """One whole event of a stream, terminator included, or a piece of any other body.

    `tokens`: content tokens in it; `finish`: it carries the finish reason. `rest`: what follows of
    an event that a fault tells in pieces, and is owed to the client when the fault is removed.
    """

    data: bytes
    tokens: int = 0
    finish: bool = False
    rest: "Event | None" = None


class Raw(msgspec.Struct, frozen=True, kw_only=True):
    """Bytes where the framing should be, past it."""

    data: bytes


class End(msgspec.Struct, frozen=True, kw_only=True):
    """The well-formed end of the answer."""


class Trailers(msgspec.Struct, frozen=True, kw_only=True):
    """The fields behind a body, as HTTP/2 has them: gRPC's status is there. The end follows."""

    headers: tuple[tuple[str, str], ...]


class GoAway(msgspec.Struct, frozen=True, kw_only=True):
    """HTTP/2's word that the connection is going away; only that connection's new streams mind.

    `refuses`: it says that this exchange was not looked at either, so that it may be asked again.
    """

    code: int = 0
    refuses: bool = False


class MaxStreams(msgspec.Struct, frozen=True, kw_only=True):
    """HTTP/2's word for how many streams the client may have open on its connection from now on."""

    count: int


class RequestWindow(msgspec.Struct, frozen=True, kw_only=True):
    """HTTP/2: whether the window that the request's body uses up is given back from now on."""

    open: bool


class Resend(msgspec.Struct, frozen=True, kw_only=True):
    """The request, sent to the provider so many times more; what it answers then is nobody's."""

    times: int


class Reset(msgspec.Struct, frozen=True, kw_only=True):
    """A TCP RST instead of anything further; over HTTP/2 a RST_STREAM with this error `code`."""

    code: int = 2


class Close(msgspec.Struct, frozen=True, kw_only=True):
    """A FIN without the end that the framing promises."""


class Wait(msgspec.Struct, frozen=True, kw_only=True):
    """Nothing for so many seconds; `inf` holds the client until it gives up or the fault ends."""

    seconds: float = math.inf


Step = (
    Head
    | Event
    | Raw
    | Trailers
    | GoAway
    | MaxStreams
    | RequestWindow
    | Resend
    | End
    | Reset
    | Close
    | Wait
)
Script = Generator[Step | Next, Step, None]
