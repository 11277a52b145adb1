"""The bench's client: keeps connections busy through one proxy, and reads that proxy's CPU clock.

`python -m bench.proxy_load PORT PID WORKLOAD CONNECTIONS SECONDS` prints one JSON line.
"""

import asyncio
import sys
import time
from typing import Final, cast

import msgspec
import uvloop

from bench.proxy_origin import LAST_CHUNK, REQUEST_END

WARM_S: Final = 0.25

SDK_HEADERS: Final = (
    "Host: 127.0.0.1:8080",
    "Accept-Encoding: gzip, deflate, br, zstd",
    "Connection: keep-alive",
    "Accept: application/json",
    "Content-Type: application/json",
    "User-Agent: AzureOpenAI/Python 2.8.1",
    "X-Stainless-Lang: python",
    "X-Stainless-Package-Version: 2.8.1",
    "X-Stainless-OS: Linux",
    "X-Stainless-Arch: x64",
    "X-Stainless-Runtime: CPython",
    "X-Stainless-Runtime-Version: 3.11.7",
    "api-key: 0123456789abcdef0123456789abcdef",
    "x-stainless-retry-count: 0",
    "traceparent: 00-{tag}0000000a8448eb211c80319c-b7ad6b7169203331-01",
    "tracestate: crosswind=3",
)
"""Sixteen; the seventeenth frames the body."""

TARGET: Final = "/openai/deployments/gpt-4o/chat/completions?api-version=2024-10-21"
BODY: Final = b'{"messages":[{"role":"user","content":"' + b"w" * 2000 + b'"}]}' + REQUEST_END
RUN_TAG: Final = "0af76519"


def _with_body(target: str) -> bytes:
    lines = [f"POST {target} HTTP/1.1", *SDK_HEADERS, f"Content-Length: {len(BODY)}", "", ""]
    return "\r\n".join(lines).format(tag=RUN_TAG).encode() + BODY


REQUESTS: Final = {
    "bare": b"GET /bare HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n\r\n",
    "sdk": _with_body(TARGET),
    "sse": _with_body("/sse" + TARGET),
}
ENDS: Final = {"bare": REQUEST_END, "sdk": REQUEST_END, "sse": LAST_CHUNK}
UNITS: Final = {"bare": REQUEST_END, "sdk": REQUEST_END, "sse": b"data: "}
"""What is counted: answers, or events."""


class Busy(asyncio.Protocol):
    """One connection that asks again as soon as it is answered."""

    transport: asyncio.Transport

    def __init__(self, workload: str) -> None:
        self.count = 0
        self.lost = False
        self._request = REQUESTS[workload]
        self._end = ENDS[workload]
        self._unit = UNITS[workload]
        self._tail = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Serve asyncio."""
        self.transport = cast("asyncio.Transport", transport)
        self.transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        """Count, and ask again at the end."""
        self.count += data.count(self._unit)
        self._tail = (self._tail + data)[-5:]
        if self._tail == self._end:
            self._tail = b""
            self.transport.write(self._request)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        """Serve asyncio."""
        self.lost = True


def cpu_s(pid: int) -> float:
    """Read the CPU seconds, user and system, that a process has used in all its threads.

    The clock's number is made from the process id as clock_getcpuclockid(3) does on Linux.
    """
    return time.clock_gettime((~pid << 3) | 2)


async def _measure(port: int, pid: int, workload: str, connections: int, seconds: float) -> None:
    loop = asyncio.get_running_loop()
    clients = [
        (await loop.create_connection(lambda: Busy(workload), "127.0.0.1", port))[1]
        for _ in range(connections)
    ]
    await asyncio.sleep(WARM_S)
    before, cpu_before, since = _count(clients), cpu_s(pid), time.monotonic()
    await asyncio.sleep(seconds)
    count, cpu = _count(clients) - before, cpu_s(pid) - cpu_before
    lost = sum(client.lost for client in clients)
    found = {"count": count, "cpu_s": cpu, "seconds": time.monotonic() - since, "lost": lost}
    print(msgspec.json.encode(found).decode())
    for client in clients:
        client.transport.abort()


def _count(clients: list[Busy]) -> int:
    return sum(client.count for client in clients)


if __name__ == "__main__":
    _, port, pid, workload, connections, seconds = sys.argv
    uvloop.run(_measure(int(port), int(pid), workload, int(connections), float(seconds)))
