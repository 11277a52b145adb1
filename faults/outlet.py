"""A request's way to the provider: held back, or sent on over a connection of the client's own.

Each client connection has at most one upstream connection, kept for the next request. So nothing
is ever sent twice, and a connection that the provider closes while it is idle is closed towards
the client too: the client meets the same stale connection, at the same time, as it would alone.
"""

import asyncio
from typing import Final, Protocol

from faults.lane import Lane
from faults.upstream_side import Answered, AnswerReader, UpstreamSide

DIALING_BYTES: Final = 65_536
"""How much of a request may wait for its connection before its client is no longer read."""


class Asker(Answered, Protocol):
    """The client's side, as its outlet knows it."""

    def upstream_unreachable(self, error: str) -> None:
        """No connection to the provider could be made."""


class Outlet:
    """Holds a request until the provider is asked, then sends what comes."""

    __slots__ = (
        "_client",
        "_dialing",
        "_eof",
        "_held",
        "_held_bytes",
        "_lane",
        "_limit",
        "_open",
        "_upstream",
    )

    def __init__(self, client: Asker, lane: Lane) -> None:
        self._client = client
        self._lane = lane
        self._held: list[bytes] | None = []
        self._held_bytes = 0
        self._limit = DIALING_BYTES
        self._open: asyncio.Transport | None = None
        self._dialing: asyncio.Task[asyncio.Transport] | None = None
        self._eof = False
        self._upstream: UpstreamSide | None = None

    # What becomes of the request.

    def hold(self, body: bytes, limit: int) -> None:
        """Keep a new request's body back until `ask`; beyond `limit` bytes the client is paused."""
        self._open = None
        self._held = [body]
        self._held_bytes = len(body)
        self._limit = limit

    def held(self) -> bytes:
        """Return the body that is held."""
        return b"".join(self._held or ())

    def drop(self) -> None:
        """Forget what is held, and what comes of this request: nobody will ask for it."""
        self._held = self._open = None
        self._client.resume_client()

    def ask(self, head: bytes, *, bodiless: bool, reader: AnswerReader | None = None) -> None:
        """Send a request, what is held behind it; the answer goes to the client, or to `reader`."""
        request = b"".join((head, *self._held)) if self._held else head
        self._held = []
        upstream = self._upstream
        if upstream is None or upstream.transport is None:
            self._dial(request, UpstreamSide(self._client), reader, bodiless=bodiless)
            return
        upstream.expect(reader, bodiless=bodiless)
        self._open = upstream.transport
        if (row := self._client.row) is not None:
            row.asked_upstream = True
        upstream.transport.write(request)

    def forward(self, data: bytes) -> None:
        """Send more of the request, or hold it."""
        if self._open is not None:
            self._open.write(data)
        elif self._held is not None:
            self._held.append(data)
            self._held_bytes += len(data)
            if self._held_bytes > self._limit:
                self._client.pause_client()

    def half_close(self) -> bool:
        """Pass the client's FIN on; False where the connection cannot say it (TLS)."""
        if self._lane.upstream.tls is not None:
            return False
        self._eof = True
        if self._open is not None:
            self._open.write_eof()
        return True

    # What becomes of the answer.

    def read_no_more(self) -> None:
        """Let the answer's bytes pass unread from here on."""
        if self._upstream is not None:
            self._upstream.unread = True

    def pause_answer(self) -> None:
        """Stop reading the provider."""
        if self._upstream is not None and self._upstream.transport is not None:
            self._upstream.transport.pause_reading()

    def resume_answer(self) -> None:
        """Read the provider again."""
        if self._upstream is not None and self._upstream.transport is not None:
            self._upstream.transport.resume_reading()

    def end_reading(self) -> None:
        """End an answer that a reader read: its connection is kept only if it was read whole.

        A request that nobody asked the provider leaves nothing behind for the next one.
        """
        self._held = []
        upstream = self._upstream
        if upstream is None or not upstream.finish_reading():
            self.let_go()

    def let_go(self) -> None:
        """Give the connection up: it is reset, or closed if it is idle."""
        self._open = None
        if self._dialing is not None:
            self._dialing.cancel()
            self._dialing = None
        if self._upstream is not None:
            self._upstream.detach()
            self._upstream = None

    # How it gets there.

    def _dial(
        self, request: bytes, upstream: UpstreamSide, reader: AnswerReader | None, *, bodiless: bool
    ) -> None:
        upstream.expect(reader, bodiless=bodiless)
        self._upstream = upstream
        self._open = None
        self._held = [request]
        self._held_bytes = len(request)
        self._limit = DIALING_BYTES
        self._dialing = self._lane.connect(upstream)
        self._dialing.add_done_callback(self._dialed)

    def _dialed(self, dialing: "asyncio.Task[asyncio.Transport]") -> None:
        if dialing.cancelled() or dialing is not self._dialing:
            return
        self._dialing = None
        if (error := dialing.exception()) is not None:
            self._upstream = None
            self._client.upstream_unreachable(f"{type(error).__name__}: {error}")
            return
        self._open = dialing.result()
        if (row := self._client.row) is not None:
            row.asked_upstream = True
        self._open.write(self.held())
        self._held = []
        self._client.resume_client()
        if self._eof:
            self._open.write_eof()
