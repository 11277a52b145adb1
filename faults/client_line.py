"""A client's TCP connection: how it is paused without losing sight of it, and how it is ended."""

import asyncio
from typing import Final, cast

from faults import tcp

WATCH_S: Final = 0.1
"""How often a client that is not being read is looked after."""

LINGER_S: Final = 2.0
"""How long a client may go on sending after its connection was closed towards it."""

SEND_POLL_S: Final = 0.005
SEND_S: Final = 1.0
"""How long a reset waits for what was said before it to leave this host."""


class Gone(asyncio.Transport):
    """A connection that is over: nothing comes of what is done with it."""

    def is_closing(self) -> bool:
        """Serve asyncio: it is closed."""
        return True

    def can_write_eof(self) -> bool:
        """Serve asyncio: there is no other side."""
        return False

    def get_write_buffer_size(self) -> int:
        """Serve asyncio: nothing waits."""
        return 0

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Serve asyncio: drop it."""

    def close(self) -> None:
        """Serve asyncio: it is closed."""

    abort = write_eof = pause_reading = resume_reading = close


GONE: Final = Gone()


class ClientLine(asyncio.Protocol):
    """The connection itself, without what is said on it.

    `writable`: the client takes what is written. `deaf`: what it sends is read and dropped.
    """

    __slots__ = ("_watch", "deaf", "transport", "writable")

    transport: asyncio.Transport

    def __init__(self) -> None:
        self.writable = True
        self.deaf = False
        self._watch: asyncio.TimerHandle | None = None

    @property
    def fin_means_gone(self) -> bool:
        """A FIN counts as leaving, not as the end of the request."""
        raise NotImplementedError

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Serve asyncio: a client is here."""
        self.transport = cast("asyncio.Transport", transport)

    def forget(self) -> None:
        """Let a connection go that is over: over TLS it holds 300 KB, and this is in a ring."""
        self.unwatch()
        self.transport = GONE

    def pause_writing(self) -> None:
        """Serve asyncio: the client reads slower than it is written to."""
        self.writable = False

    def resume_writing(self) -> None:
        """Serve asyncio: the client caught up."""
        self.writable = True

    def pause_client(self) -> None:
        """Stop reading the client; a paused transport sees no end, so its state is asked for."""
        self.transport.pause_reading()
        if self._watch is None:
            self._watch = asyncio.get_running_loop().call_later(WATCH_S, self._look)

    def resume_client(self) -> None:
        """Read the client again."""
        self.unwatch()
        self.transport.resume_reading()

    def unwatch(self) -> None:
        """Stop looking after the client."""
        if self._watch is not None:
            self._watch.cancel()
            self._watch = None

    def close(self, *, still_sending: bool) -> None:
        """End with a FIN behind what was written.

        To close while bytes come in would answer them with a RST, which can destroy what the
        client has not read yet (RFC 9112, 9.6): they are read and dropped for a while.
        """
        if self.transport.is_closing() or self.deaf:
            return
        self.deaf = True
        if not (still_sending and self.transport.can_write_eof()):
            self.transport.close()
            return
        self.resume_client()
        self.transport.write_eof()
        asyncio.get_running_loop().call_later(LINGER_S, self.transport.close)

    def reset(self) -> None:
        """End with a RST behind what was written: it overtakes nothing that has left this host."""
        self.deaf = True
        self._reset_within(SEND_S)

    def abort(self) -> None:
        """End with a RST now."""
        tcp.reset(self.transport)

    def _reset_within(self, within_s: float) -> None:
        if self.transport.is_closing():
            return
        if within_s <= 0 or not tcp.has_unsent(self.transport):
            self.abort()
            return
        loop = asyncio.get_running_loop()
        loop.call_later(SEND_POLL_S, self._reset_within, within_s - SEND_POLL_S)

    def _look(self) -> None:
        self._watch = None
        state = tcp.state(self.transport)
        if state == tcp.CLOSED or (state == tcp.CLOSE_WAIT and self.fin_means_gone):
            self.transport.abort()
        else:
            self._watch = asyncio.get_running_loop().call_later(WATCH_S, self._look)
