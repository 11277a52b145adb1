"""Where a connection comes in: TLS is agreed on, and then who serves it is chosen.

What is served is known only by ALPN, or by a client's first bytes: one that speaks HTTP/2 without
asking begins with a preface that is no HTTP/1.1 (RFC 9113, 3.4).
"""

import asyncio
import contextlib
import socket
from collections.abc import Callable
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol, cast

from faults import tcp
from faults.client_side import ClientSide
from faults.lane import Lane
from faults.reading_side import ReadingSide

if TYPE_CHECKING:
    from faults.tls.server import ServerTls

H2: Final = "h2"
"""HTTP/2 by its name in ALPN."""

_PREFACE: Final = b"PRI * HTTP/2.0"
BACKLOG: Final = 1024
HANDSHAKE_S: Final = 10.0
"""How long a client may take over its handshake."""

RETRY_S: Final = 0.05


class Entrance(NamedTuple):
    """How clients come in. `shared`: see `tcp.reserve`; `http2`: it is spoken with who wants it."""

    shared: bool = False
    tls: "ServerTls | None" = None
    http2: bool = False


PLAIN: Final = Entrance()


class Side(Protocol):
    """What serves a connection that has come in."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Serve asyncio."""

    def data_received(self, data: bytes) -> None:
        """Serve asyncio."""


def http1_side(lane: Lane) -> ClientSide:
    """Return who serves HTTP/1.1."""
    return (ReadingSide if lane.reads else ClientSide)(lane)


def side_for(lane: Lane, protocol: str | None) -> Side:
    """Return who serves what was agreed on; nothing agreed on is HTTP/1.1."""
    if protocol != H2:
        return http1_side(lane)
    # Where nobody speaks HTTP/2, its library is not loaded.
    from faults.http2.client_side import Http2Side  # noqa: PLC0415 - see above

    return Http2Side(lane)


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


class Waiting(asyncio.Protocol):
    """A connection of which nothing has come: a guest that no exchange keeps."""

    idle = True

    def __init__(self, lane: Lane) -> None:
        self._lane = lane
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Serve asyncio: a client is here."""
        self._transport = cast("asyncio.Transport", transport)
        self._lane.guests.add(self)

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


class Rebuff(Waiting):
    """A connection whose handshake is to fail as soon as the client has said hello.

    `answer` is what it gets then, a TLS record in clear and a FIN; empty is a RST.
    """

    def __init__(self, lane: Lane, answer: bytes) -> None:
        super().__init__(lane)
        self._answer = answer

    def data_received(self, data: bytes) -> None:  # noqa: ARG002 - whatever it says
        """Serve asyncio: the client said hello."""
        if self._transport is None:
            return
        if self._answer:
            self._transport.write(self._answer)
            self._transport.close()
        else:
            self.expel("reset")


class Preface(Waiting):
    """A connection in clear, which becomes what its first bytes are: HTTP/2 or HTTP/1.1."""

    def __init__(self, lane: Lane) -> None:
        super().__init__(lane)
        self._come = b""

    def data_received(self, data: bytes) -> None:
        """Serve asyncio: enough to tell, or not yet."""
        self._come += data
        if self._transport is None or (
            len(self._come) < len(_PREFACE) and _PREFACE.startswith(self._come)
        ):
            return
        side = side_for(self._lane, H2 if self._come.startswith(_PREFACE) else None)
        self._lane.guests.discard(self)
        self._transport.set_protocol(cast("asyncio.BaseProtocol", side))
        side.connection_made(self._transport)
        side.data_received(self._come)
