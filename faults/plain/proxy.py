"""A plain proxy: a listening socket, its connections, and the toxics on them."""

import asyncio
import itertools
from collections import Counter
from collections.abc import Sequence
from typing import Final

from faults import tcp
from faults.config import Listener
from faults.plain.conversation import Conversation
from faults.plain.orders import Toxin

BACKLOG: Final = 1024


class PlainProxy:
    """Relays whatever is said to `upstream`; one that is not enabled refuses connections.

    `touched` counts connections by toxic, `bytes` what connections that ended have carried, as
    (direction, `received` or `sent`).
    """

    def __init__(
        self,
        name: str,
        listen: tuple[str, int],
        upstream: tuple[str, int],
        seed: int,
        *,
        shared: bool = False,
    ) -> None:
        """Reserve the port, 0 for any; raises OSError when it is taken. `shared`: `tcp.reserve`."""
        self.name = name
        self.upstream = upstream
        self.seed = seed
        self.conversations: set[Conversation] = set()
        self.touched: Counter[str] = Counter()
        self.bytes: Counter[tuple[str, str]] = Counter()
        self.connections = 0
        self.frozen = False
        self._toxins: tuple[Toxin, ...] = ()
        self._numbers = itertools.count()
        self._host = listen[0]
        self._reserved = tcp.reserve(*listen, shared=shared)
        self._server: asyncio.Server | None = None

    @property
    def port(self) -> int:
        """The port, whether open or closed."""
        port: int = self._reserved.getsockname()[1]
        return port

    @property
    def enabled(self) -> bool:
        """Clients are accepted."""
        return self._server is not None

    async def enable(self) -> None:
        """Accept clients; raises OSError when somebody else listens on the port."""
        if self._server is None:
            loop = asyncio.get_running_loop()
            sock = tcp.listen_beside(self._reserved)
            self._server = await loop.create_server(self._accept, sock=sock, backlog=BACKLOG)

    def accept_no_more(self) -> None:
        """Refuse clients; those that are here stay."""
        if self._server is not None:
            self._server.close()
            self._server = None

    def disable(self) -> None:
        """Refuse clients, and close the connections there are."""
        self.accept_no_more()
        for conversation in list(self.conversations):
            conversation.close()

    def close(self) -> None:
        """End for good."""
        self.disable()
        self._reserved.close()

    def toxins(self) -> Sequence[Toxin]:
        """Return the toxics in force."""
        return self._toxins

    def toxins_for_new(self) -> Sequence[Toxin]:
        """Return the toxics that a new connection gets: none while frozen."""
        return () if self.frozen else self._toxins

    def arrange(self, toxins: Sequence[Toxin]) -> None:
        """Have these toxics from now on, on the connections there are too."""
        if tuple(toxins) != self._toxins:
            self._toxins = tuple(toxins)
            for conversation in list(self.conversations):
                conversation.arrange(self._toxins)

    def touch(self, toxin: str) -> None:
        """Count a connection that a toxic changed."""
        self.touched[toxin] += 1

    def count(self, direction: str, received: int, sent: int) -> None:
        """Count what a connection that ended has carried."""
        self.bytes[direction, "received"] += received
        self.bytes[direction, "sent"] += sent

    def _accept(self) -> "_Client":
        self.connections += 1
        return _Client(Conversation(self, next(self._numbers)))


def plain_proxy(listener: Listener, seed: int, *, shared: bool) -> PlainProxy:
    """Make what a listener without a dialect describes; raises OSError, ValueError."""
    listen = (listener.host, listener.port)
    upstream = plain_address(listener.upstream)
    return PlainProxy(listener.endpoint, listen, upstream, seed, shared=shared)


def plain_address(text: str) -> tuple[str, int]:
    """Read `host:port` or `tcp://host:port`, IPv6 in brackets; ValueError when it is neither."""
    host, colon, port = text.removeprefix("tcp://").rpartition(":")
    if not (colon and host and port.isascii() and port.isdecimal() and int(port) < 65_536):
        raise ValueError(f"{text}: expected host:port")
    return host.strip("[]"), int(port)


def told_address(host: str, port: int) -> str:
    """Write an address as it is read."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


class _Client(asyncio.Protocol):
    """Hands a client that has just connected to its conversation."""

    def __init__(self, conversation: Conversation) -> None:
        self._conversation = conversation

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._conversation.begin(transport)
        transport.set_protocol(self._conversation.client)
