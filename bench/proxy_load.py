"""The bench's client: keeps connections busy through one proxy at a time, and reads its CPU clock.

`python -m bench.proxy_load PLAN` takes a JSON `Plan` and prints one JSON line per workload. The
proxies take short turns, so that what else the host does meets all of them alike.
"""

import asyncio
import ssl
import sys
import time
from typing import TYPE_CHECKING, Final, TypeAlias, cast

import msgspec
import uvloop

from bench.proxy_origin import LAST_CHUNK, REQUEST_END

if TYPE_CHECKING:
    from bench.proxy_h2 import BusyHttp2

WARM_S: Final = 0.05
TURNS: Final = 50
"""How many times a turn's length is waited on a busy host until anything comes."""


class Target(msgspec.Struct, frozen=True):
    """A proxy: its name, its port, the process whose CPU counts, and what it is measured with.

    `ca`: what trusts it, where it speaks TLS.
    """

    name: str
    port: int
    pid: int
    workloads: tuple[str, ...]
    ca: str = ""


class Plan(msgspec.Struct, frozen=True):
    """What to measure; `connections` by workload, `seconds` per turn."""

    targets: tuple[Target, ...]
    connections: dict[str, int]
    rounds: int
    seconds: float


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


def with_body(target: str) -> tuple[bytes, ...]:
    """Return the head and the body: the SDKs' HTTP clients write one after the other."""
    lines = [f"POST {target} HTTP/1.1", *SDK_HEADERS, f"Content-Length: {len(BODY)}", "", ""]
    return "\r\n".join(lines).format(tag=RUN_TAG).encode(), BODY


REQUESTS: Final = {
    "bare": (b"GET /bare HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n\r\n",),
    "sdk": with_body(TARGET),
    "sse": with_body("/sse" + TARGET),
    "late": with_body(TARGET),
    "tls": with_body(TARGET),
}
HTTP2: Final = "h2"
"""What has its own client."""

ENDS: Final = {"sse": LAST_CHUNK}
"""What an answer ends with, unless it is what requests end with."""

UNITS: Final = {"sse": b"data: "}
"""What is counted: events, or else answers."""


class Busy(asyncio.Protocol):
    """One connection that asks again as soon as it is answered, while it is `active`."""

    transport: asyncio.Transport

    def __init__(self, workload: str) -> None:
        self.count = 0
        self.lost = False
        self.active = False
        self._waiting = False
        self._request = REQUESTS[workload]
        self._end = ENDS.get(workload, REQUEST_END)
        self._unit = UNITS.get(workload, REQUEST_END)
        self._tail = b""

    def begin(self) -> None:
        """Keep busy from now on."""
        self.active = True
        if not self._waiting:
            self._ask()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Serve asyncio."""
        self.transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Count, and ask again at the end."""
        self.count += data.count(self._unit)
        self._tail = (self._tail + data)[-5:]
        if self._tail == self._end:
            self._tail = b""
            self._waiting = False
            if self.active:
                self._ask()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        """Serve asyncio."""
        self.lost = True

    def _ask(self) -> None:
        self._waiting = True
        for piece in self._request:
            self.transport.write(piece)


Asking: TypeAlias = "Busy | BusyHttp2"


def cpu_s(pid: int) -> float:
    """Read the CPU seconds, user and system, that a process has used in all its threads.

    The clock's number is made from the process id as clock_getcpuclockid(3) does on Linux.
    """
    return time.clock_gettime((~pid << 3) | 2)


async def _samples(plan: Plan, workload: str) -> dict[str, list[float]]:
    """Return microseconds of CPU per unit, of every subject in every round."""
    targets = [target for target in plan.targets if workload in target.workloads]
    busy = {target.name: await _connect(plan, target, workload) for target in targets}
    found: dict[str, list[float]] = {target.name: [] for target in targets}
    for _ in range(plan.rounds):
        for target in targets:
            try:
                cost_us = await _cost_us(busy[target.name], target.pid, plan.seconds)
            except SystemExit as failed:
                raise SystemExit(f"{workload}: {target.name}: {failed}") from failed
            found[target.name].append(cost_us)
    for client in (client for clients in busy.values() for client in clients):
        client.transport.abort()
    return found


async def _connect(plan: Plan, target: Target, workload: str) -> list[Asking]:
    loop = asyncio.get_running_loop()
    tls = ssl.create_default_context(cafile=target.ca) if target.ca else None
    name = "localhost" if target.ca else None
    busy: list[Asking] = []
    for _ in range(plan.connections[workload]):
        _, one = await loop.create_connection(
            lambda: _asking(workload), "127.0.0.1", target.port, ssl=tls, server_hostname=name
        )
        busy.append(one)
    return busy


def _asking(workload: str) -> "Asking":
    if workload != HTTP2:
        return Busy(workload)
    from bench.proxy_h2 import BusyHttp2  # noqa: PLC0415 - it takes its requests from here

    return BusyHttp2()


async def _cost_us(clients: list[Asking], pid: int, seconds: float) -> float:
    for client in clients:
        client.begin()
    await asyncio.sleep(WARM_S)
    count, cpu = _count(clients), cpu_s(pid)
    for _ in range(TURNS):
        await asyncio.sleep(seconds)
        if _count(clients) > count:
            break
    count, cpu = _count(clients) - count, cpu_s(pid) - cpu
    for client in clients:
        client.active = False
    await asyncio.sleep(WARM_S)
    if not count or any(client.lost for client in clients):
        lost = sum(client.lost for client in clients)
        raise SystemExit(f"{lost} connections were lost" if lost else "nothing came for long")
    return cpu / count * 1e6


def _count(clients: list[Asking]) -> int:
    return sum(client.count for client in clients)


async def _measure(plan: Plan) -> None:
    for workload in plan.connections:
        found = {workload: await _samples(plan, workload)}
        print(msgspec.json.encode(found).decode(), flush=True)


if __name__ == "__main__":
    uvloop.run(_measure(msgspec.json.decode(sys.argv[1], type=Plan)))
