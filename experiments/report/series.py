"""From a run's record to what is plotted: pure counts and percentiles per bin of time.

Times on the plots are seconds from the run's start. An exchange is counted in the bin in which its
arrival was planned, an attempt in the bin in which it was sent.
"""

import math
from collections.abc import Iterable, Sequence

import msgspec

from experiments.report import plotted
from experiments.report.breakers import BreakerStep, breaker_steps
from experiments.report.scales import TIME_STEPS_S, nice_step
from telemetry.clock import seconds
from telemetry.columnar.evidence import ColumnarEvidence
from telemetry.exchange import Evidence, Exchange
from telemetry.record import EventFact, Record
from telemetry.stats import percentile

MOST_BINS = 200
MOST_DOTS = 3000
SAMPLES_PER_POOL = 20


class Bins(msgspec.Struct, frozen=True):
    """Equal stretches of time from `start_ns`; the last one reaches over the end of what is shown.

    `from_s` is where they start on the run's axis.
    """

    start_ns: int
    width_s: float
    count: int
    from_s: float = 0.0

    def index(self, at_ns: int) -> int | None:
        """Return the bin that a moment falls into; None outside."""
        index = math.floor(seconds(at_ns - self.start_ns) / self.width_s + 1e-9)
        return index if 0 <= index < self.count else None

    def left_s(self, index: int) -> float:
        """Return where a bin starts, seconds from the run's start."""
        return self.from_s + index * self.width_s

    def counted(self, moments_ns: Iterable[int]) -> tuple[int, ...]:
        """Return how many of the moments fall into each bin."""
        counts = [0] * self.count
        for at_ns in moments_ns:
            index = self.index(at_ns)
            if index is not None:
                counts[index] += 1
        return tuple(counts)


class Traffic(msgspec.Struct, frozen=True):
    """Exchanges per bin by the endpoint that served them, and those that nobody served."""

    bins: Bins
    served: dict[str, tuple[int, ...]]
    failed: tuple[int, ...]

    @property
    def total(self) -> tuple[int, ...]:
        """All exchanges per bin."""
        return tuple(map(sum, zip(*self.served.values(), self.failed, strict=True)))

    @property
    def error_share(self) -> tuple[float | None, ...]:
        """Failed / all per bin, from 0 to 1; None where nothing was planned."""
        pairs = zip(self.failed, self.total, strict=True)
        return tuple(failed / total if total else None for failed, total in pairs)


class Dot(msgspec.Struct, frozen=True):
    """One exchange: when it was planned and its time to first token; `inf` if it failed."""

    at_s: float
    value_s: float
    endpoint: str


class Latency(msgspec.Struct, frozen=True):
    """Time to first token, seconds: each exchange, and per pool the median and 95th percentile.

    `dots` are thinned where there are very many. With a 99th percentile the stretches between the
    percentiles are tinted.
    """

    bins: Bins
    p50: tuple[float | None, ...]
    p95: tuple[float | None, ...]
    dots: tuple[Dot, ...]
    p99: tuple[float | None, ...] = ()

    @property
    def finite(self) -> tuple[float, ...]:
        """Every value that can be drawn on the axis."""
        values = (*(dot.value_s for dot in self.dots), *self.p50, *self.p95, *self.p99)
        return tuple(v for v in values if v is not None and math.isfinite(v))


class Lane(msgspec.Struct, frozen=True):
    """Attempts per bin at one endpoint, and how many of them a fault touched."""

    endpoint: str
    attempts: tuple[int, ...]
    touched: tuple[int, ...]
    breaker: tuple[BreakerStep, ...] = ()


class Series(msgspec.Struct, frozen=True):
    """Everything on the common time axis, which spans 0 to `end_s`."""

    end_s: float
    bins: Bins
    traffic: Traffic
    latency: Latency
    lanes: tuple[Lane, ...]


def series(record: Record, evidence: Evidence) -> Series:
    """Compute everything that the timeline shows."""
    end_s = observed_s(evidence)
    width_s = bin_width_s(end_s)
    bins = _bins(evidence, end_s, width_s)
    return Series(
        end_s=end_s,
        bins=bins,
        traffic=traffic(evidence, bins),
        latency=latency(evidence, end_s, width_s),
        lanes=lanes(record, evidence, bins, end_s),
    )


def observed_s(evidence: Evidence) -> float:
    """Return how long there was something to see: to the last planned end, arrival or attempt."""
    moments = [phase.end_ns for phase in evidence.phases]
    moments += [window.end_ns for window in evidence.windows]
    if isinstance(evidence, ColumnarEvidence):
        seen_ns = plotted.last_ns(evidence)
        moments += [] if seen_ns is None else [seen_ns]
    else:
        moments += [e.end_ns or e.planned_ns for e in evidence.exchanges]
    last_ns = min(max(moments, default=evidence.end_ns), max(evidence.end_ns, evidence.start_ns))
    return max(1.0, seconds(last_ns - evidence.start_ns))


def bin_width_s(span_s: float, most: int = MOST_BINS) -> float:
    """Return the bin width: one second, or the next round time that needs at most `most` bins."""
    wanted = span_s / most
    return next((s for s in TIME_STEPS_S if s >= max(1.0, wanted)), nice_step(wanted))


def traffic(evidence: Evidence, bins: Bins) -> Traffic:
    """Count exchanges per bin by who served them."""
    if isinstance(evidence, ColumnarEvidence):
        counts, none = plotted.traffic(evidence, bins.width_s, bins.count), (0,) * bins.count
        names = endpoints(evidence)
        return Traffic(bins, {n: counts.get(n, none) for n in names}, counts.get("", none))
    moments: dict[str, list[int]] = {name: [] for name in endpoints(evidence)}
    failed: list[int] = []
    for exchange in evidence.exchanges:
        moments.get(served_by(exchange), failed).append(exchange.planned_ns)
    served = {name: bins.counted(at) for name, at in moments.items()}
    return Traffic(bins, served, bins.counted(failed))


def served_by(exchange: Exchange) -> str:
    """Return the endpoint whose answer the user got whole; empty for a failed exchange."""
    if not exchange.succeeded:
        return ""
    return exchange.serving.endpoint if exchange.serving else exchange.served_by


def endpoints(evidence: Evidence) -> tuple[str, ...]:
    """Return every endpoint, the experiment's first, then any that only the record knows."""
    seen = dict.fromkeys(evidence.endpoints)
    if isinstance(evidence, ColumnarEvidence):
        return tuple(seen | dict.fromkeys(plotted.endpoints(evidence)))
    for exchange in evidence.exchanges:
        seen |= dict.fromkeys(attempt.endpoint for attempt in exchange.attempts)
        if served_by(exchange):
            seen.setdefault(served_by(exchange))
    return tuple(seen)


def latency(evidence: Evidence, end_s: float, width_s: float) -> Latency:
    """Compute the dots, and percentiles in pools of about `SAMPLES_PER_POOL` exchanges or more."""
    rate = len(evidence.exchanges) / end_s
    wanted = max(width_s, min(SAMPLES_PER_POOL / rate if rate else width_s, end_s / 10))
    pool_s = next((step for step in TIME_STEPS_S if step >= wanted), wanted)
    bins = _bins(evidence, end_s, pool_s)
    if isinstance(evidence, ColumnarEvidence):
        found = plotted.percentiles(evidence, pool_s, bins.count)
        told = tuple(Dot(*dot) for dot in plotted.dots(evidence, MOST_DOTS))
        return Latency(bins, tuple(p for p, _ in found), tuple(p for _, p in found), told)
    pools: list[list[float]] = [[] for _ in range(bins.count)]
    for exchange in evidence.exchanges:
        index = bins.index(exchange.planned_ns)
        if index is not None and _tells(exchange):
            pools[index].append(exchange.time_to_first_token_s)
    dots = tuple(_dot(e, evidence.start_ns) for e in evidence.exchanges if _tells(e))
    return Latency(
        bins=bins,
        p50=tuple(_percentile(pool, 50) for pool in pools),
        p95=tuple(_percentile(pool, 95) for pool in pools),
        dots=thin(dots),
    )


def thin(dots: Sequence[Dot], most: int = MOST_DOTS) -> tuple[Dot, ...]:
    """Keep every n-th dot of those that have a value, and of the failed, when there are many."""
    if len(dots) <= most:
        return tuple(dots)
    failed = [dot for dot in dots if math.isinf(dot.value_s)]
    good = [dot for dot in dots if math.isfinite(dot.value_s)]
    return (*_every_nth(good, most), *_every_nth(failed, most))


def lanes(record: Record, evidence: Evidence, bins: Bins, end_s: float) -> tuple[Lane, ...]:
    """Count attempts per bin and endpoint, with the breakers' states beside them."""
    if isinstance(evidence, ColumnarEvidence):
        every, hit = plotted.lanes(evidence, bins.width_s, bins.count)
    else:
        every, hit = _sent(evidence, bins)
    none = (0,) * bins.count
    return tuple(
        Lane(
            name,
            every.get(name, none),
            hit.get(name, none),
            breaker_steps(_of(record.named("breaker"), name), evidence.start_ns, end_s),
        )
        for name in endpoints(evidence)
    )


def _sent(evidence: Evidence, bins: Bins) -> tuple[plotted.Counts, plotted.Counts]:
    """Return attempts per bin and endpoint: all of them, and those that a fault touched."""
    sent: dict[str, list[int]] = {name: [] for name in endpoints(evidence)}
    touched: dict[str, list[int]] = {name: [] for name in sent}
    for exchange in evidence.exchanges:
        for attempt in exchange.attempts:
            sent[attempt.endpoint].append(attempt.begin_ns)
            if attempt.touched:
                touched[attempt.endpoint].append(attempt.begin_ns)
    every, hit = (
        {name: bins.counted(at) for name, at in moments.items()} for moments in (sent, touched)
    )
    return every, hit


def _of(events: Iterable[EventFact], endpoint: str) -> tuple[EventFact, ...]:
    return tuple(event for event in events if event.subject == endpoint)


def _tells(exchange: Exchange) -> bool:
    """Tell whether it has a time to first token, or failed: not an answer that does not say."""
    served = exchange.serving
    return not exchange.succeeded or served is None or served.first_token_ns is not None


def _dot(exchange: Exchange, start_ns: int) -> Dot:
    at_s = seconds(exchange.planned_ns - start_ns)
    return Dot(at_s, exchange.time_to_first_token_s, served_by(exchange))


def _percentile(values: Sequence[float], percent: int) -> float | None:
    return percentile(values, percent) if values else None


def _every_nth(dots: Sequence[Dot], most: int) -> Sequence[Dot]:
    return dots[:: max(1, math.ceil(len(dots) / most))]


def _bins(evidence: Evidence, span_s: float, width_s: float) -> Bins:
    return Bins(evidence.start_ns, width_s, max(1, math.ceil(span_s / width_s - 1e-9)))
