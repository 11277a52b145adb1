"""The least that a proxy on uvloop can do: both directions passed on unread.

`python -m bench.proxy_l4 UPSTREAM_PORT` prints its port and serves until its input ends.
"""

import asyncio
import sys
from typing import cast

import uvloop


class Half(asyncio.Protocol):
    """One end of a pair."""

    transport: asyncio.Transport

    def __init__(self, other: "Half | None" = None) -> None:
        self.other = other
        self.waiting: list[bytes] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Serve asyncio: an accepted end dials the other."""
        self.transport = cast("asyncio.Transport", transport)
        if self.other is None:
            asyncio.get_running_loop().create_task(self._dial())

    def data_received(self, data: bytes) -> None:
        """Pass on."""
        if self.other is None:
            self.waiting.append(data)
        else:
            self.other.transport.write(data)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        """End the other end too."""
        if self.other is not None:
            self.other.transport.close()

    async def _dial(self) -> None:
        loop = asyncio.get_running_loop()
        port = int(sys.argv[1])
        _, other = await loop.create_connection(lambda: Half(self), "127.0.0.1", port)
        self.other = other
        other.transport.write(b"".join(self.waiting))


async def _serve() -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Half, "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    uvloop.run(_serve())
