"""The connection to a provider that speaks HTTP/2: it belongs to one client's and mirrors it."""

import asyncio
from typing import Protocol

from faults import tcp
from faults.http2.exchange import Exchange
from faults.http2.goaway import GoneAway
from faults.http2.heads import Field
from faults.http2.line import Line, StreamEnd


class Behind(Protocol):
    """The client's connection, as the one to the provider knows it."""

    def upstream_stands(self, upstream: "Upstream") -> None:
        """Hear that the provider can be asked."""

    def upstream_going(self, gone: GoneAway) -> None:
        """Hear that the provider takes no more streams."""

    def upstream_lost(self, error: str) -> None:
        """Hear that the connection to the provider is over; `error` is empty for a FIN."""

    def open_waiting(self) -> None:
        """Ask for as many as the provider lets be open at once."""

    def flush(self) -> None:
        """Send what was said to the client."""


class Answering(StreamEnd):
    """The provider's end of an exchange."""

    def __init__(self, exchange: Exchange) -> None:
        self.exchange = exchange

    def on_head(self, fields: list[Field], *, end: bool) -> None:
        """Hear the answer's head."""
        self.exchange.hear_head(fields, end=end)

    def on_interim(self, fields: list[Field]) -> None:
        """Hear a 1xx."""
        self.exchange.hear_interim(fields)

    def on_data(self, data: bytes, size: int, *, end: bool) -> None:
        """Hear some of the answer."""
        self.exchange.hear_data(data, size, end=end)

    def on_trailers(self, fields: list[Field]) -> None:
        """Hear the fields behind the answer."""
        self.exchange.hear_trailers(fields)

    def on_reset(self, code: int) -> None:
        """Hear that the provider reset the stream."""
        self.exchange.hear_reset(code)

    def on_room(self) -> None:
        """Hear that the provider took some of the request."""
        self.exchange.on_up_room()


class Upstream(Line):
    """The connection to the provider."""

    def __init__(self, side: Behind) -> None:
        super().__init__(client_side=True)
        self._side: Behind | None = side

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Serve asyncio: connected."""
        super().connection_made(transport)
        if self._side is not None:
            self._side.upstream_stands(self)

    def data_received(self, data: bytes) -> None:
        """Serve asyncio: frames; what the client is told of them leaves with them."""
        super().data_received(data)
        if self._side is not None:
            self._side.open_waiting()
            self._side.flush()

    @property
    def has_room(self) -> bool:
        """The provider lets one more stream be open."""
        return self.h2.open_outbound_streams < self.h2.remote_settings.max_concurrent_streams

    def open(self, exchange: Exchange, fields: list[Field], *, end: bool) -> int:
        """Begin a stream; return its number."""
        stream = self.h2.get_next_available_stream_id()
        self.ends[stream] = Answering(exchange)
        self.h2.send_headers(stream, fields, end_stream=end)
        return stream

    def on_begun(self, stream: int, fields: list[Field], *, end: bool) -> None:
        """Hear nothing: providers open no streams."""

    def on_goaway(self, gone: GoneAway) -> None:
        """Hear that the provider takes no more streams: those beyond were never looked at."""
        side = self._side
        if side is None:
            return
        side.upstream_going(gone)
        for stream, answering in list(self.ends.items()):
            if stream > gone.last_stream and isinstance(answering, Answering):
                answering.exchange.refused()

    def on_lost(self, error: str) -> None:
        """Hear that the connection is over."""
        side, self._side = self._side, None
        if side is not None:
            side.upstream_lost(error)

    def hang_up(self) -> None:
        """Go, since the client has: reset what is under way, close what is idle."""
        busy, self._side = bool(self.ends), None
        if busy:
            tcp.reset(self.transport)
        else:
            self.transport.close()
