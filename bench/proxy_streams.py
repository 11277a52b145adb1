"""What memory thousands of streams at once take in one process of the fault proxy.

Every stream has its own connection to the proxy, and the proxy one to the provider for each; an
event comes every two seconds. What counts is the most that was resident from before the first
stream until each of them had got three events.

`python -m bench.proxy_streams PORT COUNT [CA]` is the clients: it opens them, says how many got
that far, and holds them until its input ends.
"""

import asyncio
import contextlib
import json
import os
import ssl
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Final, cast

import uvloop

from bench import proxy_subjects
from bench.proxy_bars import Finding
from bench.proxy_cost import authority_in
from bench.proxy_load import TARGET, with_body
from bench.proxy_origin import SENT
from bench.proxy_subjects import Subject
from faults.tls.authority import CERTIFICATE

EVENTS: Final = 3
AT_ONCE: Final = 100
"""How many connect at once: handshakes take time, and listening queues are short."""

OPENING_S: Final = 240.0
LOOK_S: Final = 0.2
CLEAR_BAR_MB, TLS_BAR_MB = 300.0, 700.0


class Stream(asyncio.Protocol):
    """One stream, and how many events of it have come."""

    def __init__(self) -> None:
        self.events = 0
        self.lost = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Serve asyncio: ask."""
        cast("asyncio.Transport", transport).writelines(with_body("/few" + TARGET))

    def data_received(self, data: bytes) -> None:
        """Serve asyncio: count."""
        self.events += data.count(SENT)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        """Serve asyncio."""
        self.lost = True


def findings(folder: Path, count: int) -> list[Finding]:
    """Measure it in clear, and with TLS towards clients and provider."""
    leaf = str(authority_in(folder) / "leaf.pem")
    clear = _resident_mb(count, leaf="", ca="")
    both = _resident_mb(count, leaf=leaf, ca=str(folder / "ca" / CERTIFICATE))
    return [
        Finding(f"{count} streams in clear, resident", clear, "MB", CLEAR_BAR_MB),
        Finding(f"{count} streams, TLS on both sides", both, "MB", TLS_BAR_MB),
    ]


def _resident_mb(count: int, *, leaf: str, ca: str) -> float | None:
    """Return the most that was resident, MB; None where not every stream got its events."""
    with contextlib.ExitStack() as running:
        origin = proxy_subjects.python("bench.proxy_origin", *([leaf] if leaf else []))
        _, word = running.enter_context(origin)
        subject = running.enter_context(
            proxy_subjects.ours(int(word), tls=bool(ca), upstream_ca=ca)
        )
        command = [sys.executable, "-m", "bench.proxy_streams", str(subject.port), str(count)]
        clients = subprocess.Popen(
            [*command, *([subject.ca] if ca else [])],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            most, got = _watched(subject, clients)
        finally:
            clients.communicate()
    if got < count:
        print(f"not measured: {got} of {count} streams got {EVENTS} events", file=sys.stderr)
        return None
    return most


def _watched(subject: Subject, clients: "subprocess.Popen[str]") -> tuple[float, int]:
    """Return the most that was resident until the clients say how many streams got there."""
    said: list[str] = []
    assert clients.stdout is not None  # noqa: S101 - asked for
    hearing = threading.Thread(
        target=lambda out: said.append(out.readline()), args=[clients.stdout]
    )
    hearing.start()
    most = 0.0
    while hearing.is_alive():
        most = max(most, _rss_mb(subject.pid))
        time.sleep(LOOK_S)
    return most, int(json.loads(said[0] or "0"))


def _rss_mb(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


async def _hold(port: int, count: int, ca: str) -> None:
    tls = ssl.create_default_context(cafile=ca) if ca else None
    loop, gate = asyncio.get_running_loop(), asyncio.Semaphore(AT_ONCE)
    deadline = loop.time() + OPENING_S

    async def opened() -> Stream:
        async with gate:
            name = "localhost" if ca else None
            _, stream = await loop.create_connection(
                Stream, "127.0.0.1", port, ssl=tls, server_hostname=name
            )
            return stream

    streams = await asyncio.gather(*(opened() for _ in range(count)))
    # A look now and then costs nothing beside what comes.
    while min(one.events for one in streams) < EVENTS and loop.time() < deadline:  # noqa: ASYNC110
        await asyncio.sleep(LOOK_S)
    print(sum(not one.lost and one.events >= EVENTS for one in streams), flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    uvloop.run(_hold(int(sys.argv[1]), int(sys.argv[2]), (sys.argv[3:] or [""])[0]))
