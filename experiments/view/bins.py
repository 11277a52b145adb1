"""What the timeline shows of a stretch of time: counts and percentiles per bin, asked in SQL."""

import math

from experiments.report.breakers import BreakerStep, breaker_steps
from experiments.report.scales import TIME_STEPS_S, nice_step
from experiments.report.series import (
    SAMPLES_PER_POOL,
    Bins,
    Dot,
    Lane,
    Latency,
    Traffic,
)
from experiments.view.opened import Opened
from telemetry.clock import nanoseconds
from telemetry.flat import Line

BINS = 120
POOLS = 60
MOST_DOTS = 1200

_TRAFFIC = """
SELECT shown_by, least(floor((planned_s - $start) / $width)::BIGINT, $last) AS bin, count(*) AS many
FROM exchanges WHERE planned_s >= $start AND planned_s < $end GROUP BY ALL
"""
_POOLS = """
SELECT least(floor((planned_s - $start) / $width)::BIGINT, $last) AS bin,
  quantile_disc(ttft_s, [0.5, 0.95, 0.99]) AS ps
FROM exchanges WHERE planned_s >= $start AND planned_s < $end GROUP BY ALL
"""
_DOTS = """
SELECT planned_s, ttft_s, coalesce(shown_by, '') AS shown_by FROM exchanges
WHERE planned_s >= $start AND planned_s < $end AND exchange % $every = 0 ORDER BY exchange
"""
_LANES = """
SELECT endpoint, least(floor((begin_s - $start) / $width)::BIGINT, $last) AS bin, count(*) AS many,
  count(*) FILTER (touched) AS hit
FROM attempts WHERE begin_s >= $start AND begin_s < $end GROUP BY ALL
"""


def bins_of(opened: Opened, start_s: float, end_s: float, most: int = BINS) -> Bins:
    """Return at most about `most` bins of a round width that cover a stretch of time."""
    wanted = (end_s - start_s) / most
    width_s = next((step for step in TIME_STEPS_S if step >= wanted), nice_step(wanted))
    from_s = math.floor(start_s / width_s + 1e-9) * width_s
    count = max(1, math.ceil((end_s - from_s) / width_s - 1e-9))
    start_ns = opened.seen.evidence.start_ns + nanoseconds(from_s)
    return Bins(start_ns, width_s, count, from_s)


def traffic(opened: Opened, bins: Bins) -> Traffic:
    """Count exchanges per bin by who served them."""
    counts: dict[str | None, list[int]] = {name: [0] * bins.count for name in opened.colours}
    failed = counts.setdefault(None, [0] * bins.count)
    for line in opened.shelf.ask(_TRAFFIC, _span(bins)):
        counts.get(line["shown_by"], failed)[line["bin"]] += line["many"]
    served = {name: tuple(counts[name]) for name in opened.colours}
    return Traffic(bins, served, tuple(failed))


def latency(opened: Opened, start_s: float, end_s: float) -> Latency:
    """Compute percentiles in pools of about `SAMPLES_PER_POOL` exchanges or more, and some dots."""
    within = opened.shelf.ask(
        "SELECT count(*) AS n FROM exchanges WHERE planned_s >= $start AND planned_s < $end",
        {"start": start_s, "end": end_s},
    )[0]["n"]
    pools = max(1, min(POOLS, within // SAMPLES_PER_POOL))
    bins = bins_of(opened, start_s, end_s, pools)
    by_bin = {line["bin"]: line["ps"] for line in opened.shelf.ask(_POOLS, _span(bins))}
    p50, p95, p99 = (
        tuple(by_bin[i][rank] if i in by_bin else None for i in range(bins.count))
        for rank in range(3)
    )
    every = max(1, math.ceil(within / MOST_DOTS))
    dots = opened.shelf.ask(_DOTS, {"start": start_s, "end": end_s, "every": every})
    return Latency(bins, p50, p95, tuple(map(_dot, dots)), p99)


def lanes(opened: Opened, bins: Bins) -> tuple[Lane, ...]:
    """Count attempts per bin and endpoint, with the breakers' states beside them."""
    sent = {name: [0] * bins.count for name in opened.colours}
    hit = {name: [0] * bins.count for name in opened.colours}
    for line in opened.shelf.ask(_LANES, _span(bins)):
        sent[line["endpoint"]][line["bin"]] = line["many"]
        hit[line["endpoint"]][line["bin"]] = line["hit"]
    return tuple(
        Lane(name, tuple(sent[name]), tuple(hit[name]), _breaker(opened, name)) for name in sent
    )


def _breaker(opened: Opened, endpoint: str) -> tuple[BreakerStep, ...]:
    events = [event for event in opened.breakers if event.subject == endpoint]
    return breaker_steps(events, opened.seen.evidence.start_ns, opened.end_s)


def _span(bins: Bins) -> Line:
    end_s = bins.left_s(bins.count)
    return {"start": bins.from_s, "end": end_s, "width": bins.width_s, "last": bins.count - 1}


def _dot(line: Line) -> Dot:
    return Dot(line["planned_s"], line["ttft_s"], line["shown_by"])
