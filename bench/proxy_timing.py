"""How true the fault proxy is to time, relative to no proxy at all in the same round.

A fault of latency: by how much the times to an answer miss those without it plus the delay. And
50 streams of 100 events a second: each event says when it was sent, so that what a proxy does to
the gaps between them is known. 99th percentiles; of five rounds the best counts, since what else
the host does only adds.
"""

import asyncio
import contextlib
import gc
import sys
from collections.abc import Awaitable, Callable
from typing import Final, cast

import uvloop

from bench import proxy_subjects
from bench.proxy_bars import Finding
from bench.proxy_cost import HOW, PROGRAMS
from bench.proxy_load import TARGET, with_body
from bench.proxy_origin import LAST_CHUNK, REQUEST_END, SENT, SENT_DIGITS
from bench.proxy_peers import LATE_MS
from bench.proxy_subjects import MissingPeerError, Subject
from telemetry.clock import now_ns

ROUNDS: Final = 5
STREAMS: Final = 50
ASKERS, QUESTIONS, PAUSE_S = 20, 40, 0.03
DIRECT: Final = "direct"
DELAY_BAR_MS: Final = 2.0
GAP_BAR_MS: Final = 2.0


class Timed(asyncio.Protocol):
    """One connection: when its answer was whole, and how long each event was on its way."""

    transport: asyncio.Transport

    def __init__(self) -> None:
        self.transits_ns: list[int] = []
        self._done: asyncio.Future[int] | None = None
        self._rest = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Serve asyncio."""
        self.transport = cast("asyncio.Transport", transport)

    async def ask(self, request: tuple[bytes, ...]) -> int:
        """Return how long it took to the end of the answer, ns."""
        self._done = asyncio.get_running_loop().create_future()
        since_ns = now_ns()
        self.transport.writelines(request)
        return await self._done - since_ns

    def data_received(self, data: bytes) -> None:
        """Serve asyncio: note when what came."""
        come_ns = now_ns()
        read = self._rest + data
        at = read.find(SENT)
        while 0 <= at <= len(read) - len(SENT) - SENT_DIGITS:
            sent = at + len(SENT)
            self.transits_ns.append(come_ns - int(read[sent : sent + SENT_DIGITS]))
            at = read.find(SENT, sent)
        self._rest = read[at:] if at >= 0 else read[-len(SENT) :]
        if data.endswith((REQUEST_END, LAST_CHUNK)) and self._done and not self._done.done():
            self._done.set_result(come_ns)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        """Serve asyncio."""
        if self._done and not self._done.done():
            self._done.set_exception(ConnectionError("the connection was lost"))


def findings(given: dict[str, str | None]) -> list[Finding]:
    """Measure delays and gaps of whoever is here."""
    with contextlib.ExitStack() as running:
        _, word = running.enter_context(proxy_subjects.python("bench.proxy_origin"))
        upstream = int(word)
        late = _start(running, upstream, given, "late")
        delays = uvloop.run(_measured(late, _delays))
        plain = {**_start(running, upstream, given, "none"), "ours, scripted": late["ours"]}
        gaps = uvloop.run(_measured(plain, _distortions))
    direct = [best_percentile(delays[DIRECT], share) for share in (0.01, 0.99)]
    errors = {
        name: min(delay_error_ms(one, *direct) for one in rounds)
        for name, rounds in delays.items()
        if name != DIRECT
    }
    return [*_told_delays(errors), *_told_gaps(gaps)]


def delay_error_ms(late: list[float], direct_p1_ms: float, direct_p99_ms: float) -> float:
    """Return by how much the delay was missed at either end: too early at p1, too late at p99.

    Both relative to the same percentile of the direct way, which has no fault on it.
    """
    return max(
        abs(percentile(late, share) - LATE_MS - direct_ms)
        for share, direct_ms in ((0.01, direct_p1_ms), (0.99, direct_p99_ms))
    )


def best_percentile(rounds: list[list[float]], share: float) -> float:
    """Return the percentile in the round in which it was least."""
    return min(percentile(one, share) for one in rounds)


def percentile(values: list[float], share: float) -> float:
    """Return the value below which that share of them lies."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def _told_delays(errors: dict[str, float]) -> list[Finding]:
    return [
        Finding(
            f"delay of {LATE_MS:g} ms, error p99: {name}",
            error,
            "ms",
            DELAY_BAR_MS if name == "ours" else None,
        )
        for name, error in errors.items()
    ]


def _told_gaps(gaps: dict[str, list[list[float]]]) -> list[Finding]:
    direct = best_percentile(gaps[DIRECT], 0.99)
    found = [Finding("gap between tokens, off by p99: direct", direct, "ms")]
    for name, rounds in gaps.items():
        if name != DIRECT:
            over = best_percentile(rounds, 0.99) - direct
            bar = GAP_BAR_MS if name.startswith("ours") else None
            found.append(Finding(f"the same, beyond direct: {name}", over, "ms", bar))
    return found


def _start(
    running: contextlib.ExitStack, upstream: int, given: dict[str, str | None], case: str
) -> dict[str, Subject]:
    subjects = {DIRECT: Subject(upstream, 0)}
    subjects["ours"] = running.enter_context(proxy_subjects.ours(upstream, case=case))
    peers: dict[str, Callable[..., contextlib.AbstractContextManager[Subject]]] = {
        "TOXIPROXY": proxy_subjects.toxiproxy,
        "ENVOY": proxy_subjects.envoy,
    }
    for variable, make in peers.items():
        try:
            path = proxy_subjects.find(
                PROGRAMS[variable], given.get(variable), variable, HOW[variable]
            )
            started = running.enter_context(make(upstream, path, case=case))
        except MissingPeerError as missing:
            print(f"not measured: {variable}: {missing}", file=sys.stderr)
        else:
            subjects[variable.title()] = started
    return subjects


async def _measured(
    subjects: dict[str, Subject], measure: Callable[[int], Awaitable[list[float]]]
) -> dict[str, list[list[float]]]:
    """Return, of every subject, what each round gave; they take turns."""
    found: dict[str, list[list[float]]] = {name: [] for name in subjects}
    gc.collect()
    gc.freeze()
    for _ in range(ROUNDS):
        for name, subject in subjects.items():
            found[name].append(await measure(subject.port))
    return found


async def _connected(port: int, count: int) -> list[Timed]:
    loop = asyncio.get_running_loop()
    return [(await loop.create_connection(Timed, "127.0.0.1", port))[1] for _ in range(count)]


async def _delays(port: int) -> list[float]:
    """Return the milliseconds to an answer of each of some hundred questions."""
    request = with_body(TARGET)

    async def ask(one: Timed, number: int) -> list[float]:
        await asyncio.sleep(PAUSE_S * number / ASKERS)
        took = []
        for _ in range(QUESTIONS):
            took.append(await one.ask(request) / 1e6)
            await asyncio.sleep(PAUSE_S)
        return took[1:]  # the first one also connects the proxy to the provider

    lines = await _connected(port, ASKERS)
    took = await asyncio.gather(*(ask(one, number) for number, one in enumerate(lines)))
    for one in lines:
        one.transport.abort()
    return [ms for of_one in took for ms in of_one]


async def _distortions(port: int) -> list[float]:
    """Return by how many milliseconds each gap between two events was another than was sent."""
    lines = await _connected(port, STREAMS)
    request = with_body("/gap" + TARGET)
    await asyncio.gather(*(one.ask(request) for one in lines))
    for one in lines:
        one.transport.abort()
    return [
        abs(later - earlier) / 1e6
        for one in lines
        for earlier, later in zip(one.transits_ns, one.transits_ns[1:], strict=False)
    ]
