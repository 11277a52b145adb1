"""One connection that speaks HTTP/2, in either role: frames in and out, window by window.

What is said on a stream is queued until the peer's windows take it. What is heard is acknowledged
to the connection at once and to its stream only when it went on, so that one stream that nobody
reads holds up no other, and never grows.
"""

import asyncio
import contextlib
from collections import deque
from typing import Final, NamedTuple, Protocol, cast

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import (
    DataReceived,
    Event,
    InformationalResponseReceived,
    RequestReceived,
    ResponseReceived,
    StreamReset,
    TrailersReceived,
    WindowUpdated,
)
from h2.exceptions import H2Error, ProtocolError
from h2.settings import SettingCodes

from faults.client_line import GONE
from faults.http2.goaway import (
    FRAME_SIZE_ERROR,
    FrameTooLongError,
    GoneAway,
    Sieve,
    goaway_frame,
)
from faults.http2.heads import Field

QUEUED_BYTES: Final = 65_536
"""How much may wait on a stream before whoever speaks on it is to pause."""

STREAMS: Final = 256
"""How many streams a client may have open at once."""

_CONNECTION_BYTES: Final = STREAMS * 65_535
"""The connection's window: room for every stream's, so that none waits for another."""

_SETTINGS: Final = {
    True: {SettingCodes.ENABLE_PUSH: 0},
    False: {SettingCodes.MAX_CONCURRENT_STREAMS: STREAMS},
}
"""What a connection begins with, as client or not."""


class Said(NamedTuple):
    """One thing said on a stream: fields, bytes, or a reset; `end` is the stream's end."""

    fields: list[Field] | None = None
    data: bytes = b""
    end: bool = False
    reset: int | None = None


class StreamEnd(Protocol):
    """One end of an exchange, told what comes on its stream."""

    def on_head(self, fields: list[Field], *, end: bool) -> None:
        """Hear a head; `end`: it is all that there is."""

    def on_interim(self, fields: list[Field]) -> None:
        """Hear a 1xx."""

    def on_data(self, data: bytes, size: int, *, end: bool) -> None:
        """Hear some of the body; `size` is what the window lost by it."""

    def on_trailers(self, fields: list[Field]) -> None:
        """Hear the fields behind the body, and its end."""

    def on_reset(self, code: int) -> None:
        """Hear that the stream was reset."""

    def on_room(self) -> None:
        """Hear that what was said has gone on."""


class Line(asyncio.Protocol):
    """The connection; who owns it says what becomes of streams that begin, and of its end."""

    transport: asyncio.Transport

    def __init__(self, *, client_side: bool) -> None:
        config = H2Configuration(
            client_side=client_side,
            header_encoding=None,
            validate_outbound_headers=False,
            normalize_outbound_headers=False,
            normalize_inbound_headers=False,
        )
        self.h2 = H2Connection(config)
        self.ends: dict[int, StreamEnd] = {}
        self.writable = True
        self.over = False
        self._client_side = client_side
        self._sieve = Sieve(after_preface=not client_side)
        self._queues: dict[int, deque[Said]] = {}

    # What the owner does.

    def on_begun(self, stream: int, fields: list[Field], *, end: bool) -> None:
        """Hear of a new stream; whoever hears of it from now on is put into `ends`."""
        raise NotImplementedError

    def on_goaway(self, gone: GoneAway) -> None:
        """Hear that the peer takes no more streams."""
        raise NotImplementedError

    def on_lost(self, error: str) -> None:
        """Hear that the connection is over; `error` is empty for a FIN."""
        raise NotImplementedError

    # What the loop tells us.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Serve asyncio: connected."""
        self.transport = cast("asyncio.Transport", transport)
        for setting, value in _SETTINGS[self._client_side].items():
            # The value itself: one that is assigned counts only once the peer has acknowledged it.
            self.h2.local_settings[setting] = value
        self.h2.local_settings.acknowledge()
        self.h2.initiate_connection()
        self.h2.increment_flow_control_window(_CONNECTION_BYTES)
        self.flush()

    def data_received(self, data: bytes) -> None:
        """Serve asyncio: frames, or parts of them."""
        if self.over:
            return
        try:
            read, gone = self._sieve.feed(data)
            events = self.h2.receive_data(read)
        except (ProtocolError, FrameTooLongError) as error:
            self.flush()  # `h2` has said GOAWAY with the reason
            if isinstance(error, FrameTooLongError):
                self.write(goaway_frame(0, FRAME_SIZE_ERROR))
            self.lose(f"{type(error).__name__}: {error}")
            return
        for event in events:
            self._hear(event)
        for one in gone:
            self.on_goaway(one)
        self.flush()

    def eof_received(self) -> None:
        """Serve asyncio: a FIN; the transport closes itself."""
        self.lose("")

    def connection_lost(self, exc: Exception | None) -> None:
        """Serve asyncio: the connection is gone."""
        self.lose("" if exc is None else f"{type(exc).__name__}: {exc}")
        self.transport = GONE

    def pause_writing(self) -> None:
        """Serve asyncio: the peer reads slowly."""
        self.writable = False

    def resume_writing(self) -> None:
        """Serve asyncio: the peer caught up."""
        self.writable = True
        self._pump_all()
        self.flush()

    def lose(self, error: str) -> None:
        """End, once."""
        if not self.over:
            self.over = True
            self.on_lost(error)
            self.ends.clear()
            self._queues.clear()

    # Speaking.

    def say(self, stream: int, said: Said) -> None:
        """Say something on a stream, as its windows allow."""
        self._queues.setdefault(stream, deque()).append(said)
        self._pump(stream)

    def reset(self, stream: int, code: int) -> None:
        """Reset a stream now; what waits on it is never said."""
        self.forget(stream)
        with contextlib.suppress(H2Error):
            self.h2.reset_stream(stream, code)
        self.flush()

    def forget(self, stream: int) -> None:
        """Hear and say nothing of a stream any more."""
        self.ends.pop(stream, None)
        self._queues.pop(stream, None)

    def waiting_bytes(self, stream: int) -> int:
        """Return how much waits on a stream for the peer's window."""
        return sum(len(said.data) for said in self._queues.get(stream, ()))

    def acknowledge(self, stream: int, size: int) -> None:
        """Give a stream's window back what went on."""
        if size and not self.over:
            with contextlib.suppress(H2Error, KeyError):
                self.h2.increment_flow_control_window(size, stream)

    def flush(self) -> None:
        """Send what `h2` has framed."""
        if data := self.h2.data_to_send():
            self.write(data)

    def write(self, data: bytes) -> None:
        """Send bytes."""
        if not (self.over or self.transport.is_closing()):
            self.transport.write(data)

    def _pump_all(self) -> None:
        for stream in list(self._queues):
            self._pump(stream)

    def _pump(self, stream: int) -> None:
        queue = self._queues.get(stream)
        before = self.waiting_bytes(stream)
        try:
            while queue and self.writable and self._say(stream, queue):
                pass
        except H2Error:
            # The stream is closed on the other side: whoever said this is told of it, or was.
            self._queues.pop(stream, None)
        if not queue:
            self._queues.pop(stream, None)
        if before and (end := self.ends.get(stream)) and self.waiting_bytes(stream) < before:
            end.on_room()

    def _say(self, stream: int, queue: deque[Said]) -> bool:
        said = queue[0]
        if said.reset is not None:
            self.h2.reset_stream(stream, said.reset)
        elif said.fields is not None:
            self.h2.send_headers(stream, said.fields, end_stream=said.end)
        elif not said.data:
            self.h2.end_stream(stream)
        else:
            size = min(self.h2.local_flow_control_window(stream), self.h2.max_outbound_frame_size)
            if size <= 0:
                return False
            piece, rest = said.data[:size], said.data[size:]
            self.h2.send_data(stream, piece, end_stream=said.end and not rest)
            if rest:
                queue[0] = said._replace(data=rest)
                return True
        queue.popleft()
        return True

    # Hearing.

    def _hear(self, event: Event) -> None:
        match event:
            case RequestReceived(stream_id=int(stream)):
                self.on_begun(stream, fields_in(event.headers), end=_ends(event))
            case WindowUpdated(stream_id=int(stream)):
                self._pump(stream) if stream else self._pump_all()
            case DataReceived(stream_id=int(stream), flow_controlled_length=int(size)):
                if size:
                    with contextlib.suppress(H2Error):
                        self.h2.increment_flow_control_window(size)
                if (end := self.ends.get(stream)) is not None:
                    end.on_data(event.data or b"", size, end=_ends(event))
            case _:
                if (end := self.ends.get(getattr(event, "stream_id", None) or 0)) is not None:
                    _tell(end, event)


def _tell(end: StreamEnd, event: Event) -> None:
    match event:
        case ResponseReceived():
            end.on_head(fields_in(event.headers), end=_ends(event))
        case InformationalResponseReceived():
            end.on_interim(fields_in(event.headers))
        case TrailersReceived():
            end.on_trailers(fields_in(event.headers))
        case StreamReset():
            end.on_reset(int(event.error_code or 0))


def fields_in(headers: object) -> list[Field]:
    """Return the fields of an event; those that are never to be indexed stay so."""
    return cast("list[Field]", list(headers) if isinstance(headers, list) else [])


def _ends(event: RequestReceived | ResponseReceived | DataReceived) -> bool:
    return event.stream_ended is not None
