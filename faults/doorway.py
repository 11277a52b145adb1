"""Where a connection comes in: TLS is agreed on, and then who serves it is chosen.

What is served is known only by ALPN, or by a client's first bytes: one that speaks HTTP/2 without
asking begins with a preface that is no HTTP/1.1 (RFC 9113, 3.4).
"""

import asyncio
import contextlib
import socket
from collections.abc import Callable
from typing import TYPE_CHECKING, Final, Protocol, cast

from faults import tcp
from faults.client_side import ClientSide
from faults.lane import Lane
from faults.reading_side import ReadingSide

if TYPE_CHECKING:
    from faults.tls.server import ServerTls

BACKLOG: Final = 1024
HANDSHAKE_S: Final = 10.0
"""How long a client may take over its handshake."""

RETRY_S: Final = 0.05


class Side(Protocol):
    """What serves a connection that has come in."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Serve asyncio."""

    def data_received(self, data: bytes) -> None:
        """Serve asyncio."""


def http1_side(lane: Lane) -> ClientSide:
    """Return who serves HTTP/1.1."""
    return (ReadingSide if lane.reads else ClientSide)(lane)


class TlsServer:
    """Accepts connections that are to speak TLS, and hands each on once its handshake is over.

    It accepts them itself: asyncio's own server knows neither who may not shake hands, nor, before
    the handshake, what is to be spoken.
    """

    def __init__(
        self,
        lane: Lane,
        sock: socket.socket,
        tls: "ServerTls",
        choose: Callable[[str | None], Side],
    ) -> None:
        self._lane = lane
        self._socket = sock
        self._tls = tls
        self._choose = choose
        self._guests: set[asyncio.Task[None]] = set()
        sock.listen(BACKLOG)
        self._accepting = asyncio.ensure_future(self._accept())

    def close(self) -> None:
        """Accept nobody any more; who is in stays in."""
        self._accepting.cancel()
        self._accepting.add_done_callback(lambda _: self._socket.close())

    async def _accept(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                connection, _ = await loop.sock_accept(self._socket)
            except OSError:  # as a rule too many open files: some will close
                await asyncio.sleep(RETRY_S)
                continue
            guest = asyncio.ensure_future(self._welcome(connection))
            self._guests.add(guest)
            guest.add_done_callback(self._guests.discard)

    async def _welcome(self, connection: socket.socket) -> None:
        loop, failure = asyncio.get_running_loop(), self._tls.failure
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        # A client that leaves, or does not trust us, has ended its connection itself.
        with contextlib.suppress(OSError):
            if failure is not None and failure.answer is not None:
                answer = failure.answer
                await loop.connect_accepted_socket(lambda: Rebuff(self._lane, answer), connection)
                return
            await loop.connect_accepted_socket(
                lambda: Threshold(self._choose),
                connection,
                ssl=self._tls.context,
                ssl_handshake_timeout=HANDSHAKE_S,
            )


class Threshold(asyncio.Protocol):
    """A connection whose handshake is over: it becomes the protocol's that was agreed on."""

    def __init__(self, choose: Callable[[str | None], Side]) -> None:
        self._choose = choose

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Serve asyncio: they are agreed."""
        agreed = transport.get_extra_info("ssl_object").selected_alpn_protocol()
        side = self._choose(agreed)
        transport.set_protocol(cast("asyncio.BaseProtocol", side))
        side.connection_made(transport)


class Rebuff(asyncio.Protocol):
    """A connection whose handshake is to fail as soon as the client has said hello.

    `answer` is what it gets then, a TLS record in clear and a FIN; empty is a RST.
    """

    idle = True

    def __init__(self, lane: Lane, answer: bytes) -> None:
        self._lane = lane
        self._answer = answer
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Serve asyncio: a client is here."""
        self._transport = cast("asyncio.Transport", transport)
        self._lane.guests.add(self)

    def data_received(self, data: bytes) -> None:  # noqa: ARG002 - whatever it says
        """Serve asyncio: the client said hello."""
        if self._transport is None:
            return
        if self._answer:
            self._transport.write(self._answer)
            self._transport.close()
        else:
            self.expel("reset")

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        """Serve asyncio: it is over."""
        self._lane.guests.discard(self)

    def leave(self) -> None:
        """Go at once: nothing has been asked."""
        self.expel("")

    def expel(self, ending: str) -> None:  # noqa: ARG002 - there is no row to say it in
        """Reset now."""
        if self._transport is not None:
            tcp.reset(self._transport)

    def pass_on(self) -> None:
        """Nothing is held here."""

    def rules_changed(self, armed: frozenset[str]) -> None:
        """Nothing is held here."""
