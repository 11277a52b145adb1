"""HTTP/2 in clear for the bench of the proxy: a provider and a client, one exchange at a time.

`python -m bench.proxy_h2` is the provider: it prints its port and serves until its input ends.
"""

import asyncio
import sys
from typing import Final, cast

import h2.config
import h2.connection
import h2.events
import uvloop

from bench.proxy_load import BODY, SDK_HEADERS, TARGET
from bench.proxy_origin import ANSWER_HEADERS, SDK_BODY

_OF_THE_CONNECTION: Final = frozenset({"host", "connection"})

Fields = list[tuple[str, str]]


def _fields(lines: tuple[str, ...]) -> Fields:
    pairs = (line.split(": ", 1) for line in lines)
    return [
        (name.lower(), value) for name, value in pairs if name.lower() not in _OF_THE_CONNECTION
    ]


class Http2(asyncio.Protocol):
    """One connection; it gives back what the bodies it read took of its windows."""

    transport: asyncio.Transport

    def __init__(self, *, client: bool) -> None:
        config = h2.config.H2Configuration(client_side=client, header_encoding=None)
        self.connection = h2.connection.H2Connection(config)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Serve asyncio."""
        self.transport = cast("asyncio.Transport", transport)
        self.connection.initiate_connection()
        self.flush()

    def data_received(self, data: bytes) -> None:
        """Serve asyncio."""
        for event in self.connection.receive_data(data):
            if isinstance(event, h2.events.DataReceived) and event.flow_controlled_length:
                self.connection.acknowledge_received_data(
                    event.flow_controlled_length, event.stream_id
                )
            elif isinstance(event, h2.events.StreamEnded):
                self.ended(event.stream_id)
        self.flush()

    def ended(self, stream: int) -> None:
        """Hear that the other side has said everything on a stream."""
        raise NotImplementedError

    def say(self, stream: int, fields: Fields, body: bytes) -> None:
        """Say a whole message."""
        self.connection.send_headers(stream, fields)
        self.connection.send_data(stream, body, end_stream=True)

    def flush(self) -> None:
        """Write what there is to write."""
        if data := self.connection.data_to_send():
            self.transport.write(data)


class BusyHttp2(Http2):
    """A client that asks again as soon as it is answered, while it is `active`."""

    def __init__(self) -> None:
        super().__init__(client=True)
        self.count = 0
        self.lost = False
        self.active = False
        self._waiting = False
        lines = tuple(line.format(tag="0af76519") for line in SDK_HEADERS)
        pseudo = [(":method", "POST"), (":path", TARGET), (":scheme", "http")]
        self._fields = [*pseudo, (":authority", "localhost"), *_fields(lines)]

    def begin(self) -> None:
        """Keep busy from now on."""
        self.active = True
        if not self._waiting:
            self._ask()

    def ended(self, stream: int) -> None:  # noqa: ARG002 - one at a time
        """Count, and ask again."""
        self.count += 1
        self._waiting = False
        if self.active:
            self._ask()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        """Serve asyncio."""
        self.lost = True

    def _ask(self) -> None:
        self._waiting = True
        self.say(self.connection.get_next_available_stream_id(), self._fields, BODY)
        self.flush()


class Origin(Http2):
    """The provider's side."""

    answer: Final = [(":status", "200"), *_fields(ANSWER_HEADERS)]

    def __init__(self) -> None:
        super().__init__(client=False)

    def ended(self, stream: int) -> None:
        """Answer a whole request."""
        self.say(stream, self.answer, SDK_BODY)


async def _serve() -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Origin, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    uvloop.run(_serve())
