"""One connection through a plain proxy: a client's, the server's, and a link each way."""

import asyncio
from collections.abc import Sequence
from typing import Protocol, cast

from faults import tcp
from faults.plain.link import Link
from faults.plain.orders import Toxin
from faults.plain.toxic import Ending

POLL_S = 0.05
"""How often a side that is not read is looked after: what waits for it, and whether it is gone."""


class House(Protocol):
    """The proxy that a conversation belongs to."""

    seed: int
    upstream: tuple[str, int]
    conversations: "set[Conversation]"

    def toxins_for_new(self) -> Sequence[Toxin]:
        """Return the toxics that new connections get."""

    def touch(self, toxin: str) -> None:
        """Count a connection that a toxic changed."""

    def count(self, direction: str, received: int, sent: int) -> None:
        """Count bytes of a connection."""


class Side(asyncio.Protocol):
    """One end: what it says goes into its link, what comes out of the other's is said to it."""

    transport: asyncio.Transport
    link: Link

    def __init__(self, conversation: "Conversation", direction: str) -> None:
        self._conversation = conversation
        self.direction = direction
        self.received = self.sent = 0
        self.said_all = self.told_all = False
        self.writable = True
        self.early: list[bytes] | None = []
        """What was said before there was anybody to hear it, and before toxics were there."""
        self.peer: Side = self
        self._watch: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Serve asyncio: the connection is there."""
        self.transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Serve asyncio: it says something."""
        self.received += len(data)
        if self.early is None:
            self.link.take(data)
            self.heed()
        else:
            self.early.append(data)
            self.transport.pause_reading()

    def eof_received(self) -> bool:
        """Serve asyncio: it has said all; its other half stays open."""
        self.said_all = True
        if self.early is None:
            self.link.end(Ending.FIN)
        return not self._conversation.over

    def connection_lost(self, exc: Exception | None) -> None:
        """Serve asyncio: it is gone."""
        self.unwatch()
        self._conversation.lost(broken=exc is not None)

    def pause_writing(self) -> None:
        """Serve asyncio: it reads slower than it is told."""
        self.writable = False
        self.peer.heed()

    def resume_writing(self) -> None:
        """Serve asyncio: it caught up."""
        self.writable = True

    def begin(self) -> None:
        """Say what was said too early, and go on."""
        early, self.early = self.early or [], None
        for data in early:
            self.link.take(data)
        if self.said_all:
            self.link.end(Ending.FIN)
        elif early and not self._conversation.over:
            self.transport.resume_reading()
            self.heed()

    def heed(self) -> None:
        """Read no further while what it said cannot go on; look again in a moment."""
        if self._watch is None and not self._may_read() and not self._conversation.over:
            self.transport.pause_reading()
            self._watch = asyncio.get_running_loop().call_later(POLL_S, self._look)

    def take(self, data: bytes) -> None:
        """Serve the link towards this side: the next bytes."""
        self.sent += len(data)
        self.transport.write(data)

    def end(self, ending: Ending) -> None:
        """Serve the link towards this side: nothing follows."""
        self._conversation.ended(self, ending)

    def unwatch(self) -> None:
        """Look no more."""
        if self._watch is not None:
            self._watch.cancel()
            self._watch = None

    def _may_read(self) -> bool:
        return self.peer.writable and not self.link.is_full

    def _look(self) -> None:
        self._watch = None
        if self._conversation.over:
            return
        if tcp.state(self.transport) == tcp.CLOSED:
            self._conversation.lost(broken=True)
        elif self._may_read():
            self.transport.resume_reading()
        else:
            self._watch = asyncio.get_running_loop().call_later(POLL_S, self._look)


class Conversation:
    """Both sides; it ends with what ends it, a toxic's end ends both."""

    def __init__(self, house: House, number: int) -> None:
        self._house = house
        self.over = False
        self.client, self.server = Side(self, "upstream"), Side(self, "downstream")
        self.client.peer, self.server.peer = self.server, self.client
        self._links = {
            "upstream": Link(self.server, house.seed, number, house.touch),
            "downstream": Link(self.client, house.seed, number, house.touch),
        }
        self.client.link, self.server.link = self._links["upstream"], self._links["downstream"]
        self._connecting: asyncio.Task[None] | None = None

    def begin(self, transport: asyncio.BaseTransport) -> None:
        """Take a client that has connected; it is read once the server is there."""
        self.client.connection_made(transport)
        self._house.conversations.add(self)
        self._connecting = asyncio.ensure_future(self._connect())

    def arrange(self, toxins: Sequence[Toxin]) -> None:
        """Have these toxics from now on."""
        for stream, link in self._links.items():
            if not link.arrange([one for one in toxins if one.stream == stream]):
                self.close()
                return

    def ended(self, side: Side, ending: Ending) -> None:
        """Hear what a link ended with, towards a side."""
        if self.over:
            return
        if ending is Ending.RESET:
            self.reset()
            return
        if ending is Ending.CLOSE:
            self.close()
            return
        side.told_all = True
        if side.peer.told_all:
            self.close()
        elif side.transport.can_write_eof():
            side.transport.write_eof()

    def lost(self, *, broken: bool) -> None:
        """Hear that a side is gone; what it said before may still be on its way, unless broken."""
        if self.over:
            return
        if broken:
            self.reset()
        else:
            self.close()

    def close(self) -> None:
        """End both sides with a FIN behind what was said."""
        for transport in self._end():
            transport.close()

    def reset(self) -> None:
        """End both sides with a RST."""
        for transport in self._end():
            tcp.reset(transport)

    def _end(self) -> list[asyncio.Transport]:
        if self.over:
            return []
        self.over = True
        if self._connecting is not None:
            self._connecting.cancel()
        for link in self._links.values():
            link.stop()
        self._house.conversations.discard(self)
        sides = (self.client, self.server)
        for side in sides:
            side.unwatch()
            self._house.count(side.direction, side.received, side.peer.sent)
        return [side.transport for side in sides if hasattr(side, "transport")]

    async def _connect(self) -> None:
        host, port = self._house.upstream
        try:
            loop = asyncio.get_running_loop()
            await loop.create_connection(lambda: self.server, host, port)
        except OSError:
            self._connecting = None
            self.reset()
            return
        self._connecting = None
        self.arrange(self._house.toxins_for_new())
        self.client.begin()
        if not self.over:
            self.server.begin()
