"""Start of the earliest 5 s pool from which all is well - start of the first breached pool.

Pools are aligned to the first hit and hold exchanges by planned start; those planned before it and
hit count in the first. From a pool on all is well when every pool from it to the end of the run has
success >= the baseline's - 1 point, and its pooled rest of the run has p95 time to first token
<= 1.5 x the baseline's, with at least 59 exchanges (fewer: it cannot be told). A pool is breached
when its own success or p95 is worse than that. 0 if none ever is; infinite if all is never well
again.
"""

import math
from collections.abc import Callable, Sequence

import msgspec

from telemetry.clock import nanoseconds
from telemetry.exchange import Evidence, Exchange, Window
from telemetry.figure import P95_SAMPLES, Figure, Measure, Scope
from telemetry.shares import counted
from telemetry.stats import percentile
from telemetry.windows import hits, no_window, untouched

POOL_S = 5.0
SUCCESS_POINTS = 1.0
SLOWER = 1.5
TOO_FEW = f"fewer than {P95_SAMPLES} exchanges were left to see that all is well again"


class Pool(msgspec.Struct, frozen=True, kw_only=True):
    """What one pool, or many together, hold: exchanges, successes, and those fast enough."""

    index: int
    count: int
    succeeded: int
    fast: int

    @property
    def p95_holds(self) -> bool:
        """True when at most 5 % were slower: the nearest-rank p95 is within the limit."""
        return 100 * self.fast >= 95 * self.count


class Before(msgspec.Struct, frozen=True, kw_only=True):
    """What the baseline was like; its 95th percentile of time to first token in seconds."""

    count: int
    succeeded: int
    p95_s: float

    @classmethod
    def of(cls, baseline: Sequence[Exchange]) -> "Before":
        """Return what these exchanges were like."""
        times = [exchange.time_to_first_token_s for exchange in baseline]
        return cls(
            count=len(baseline),
            succeeded=sum(exchange.succeeded for exchange in baseline),
            p95_s=percentile(times, 95) if times else math.inf,
        )


def figure(evidence: Evidence, scope: Scope) -> Figure:
    """Return seconds, a multiple of 5; `inf` when it was never well again."""
    window = scope.window
    if window is None:
        return no_window()
    if window.first_hit_ns is None:
        return untouched(window)
    return concluded(
        Before.of(evidence.in_phase("baseline")),
        lambda slowest_s: _pools(_members(evidence, window), slowest_s),
    )


def concluded(before: Before, pools_within: Callable[[float], Sequence[Pool]]) -> Figure:
    """Return the figure; the pools are told the slowest time to first token that is fast enough."""
    if before.count < P95_SAMPLES:
        reason = f"the baseline has only {counted(before.count, 'exchange')}; 59 needed"
        return Figure(value=None, samples=0, reason=reason)
    slowest_s = SLOWER * before.p95_s
    if math.isinf(slowest_s):
        return Figure(value=None, samples=0, reason="more than 5 % of the baseline failed")
    least = before.succeeded / before.count - SUCCESS_POINTS / 100
    return judged(pools_within(slowest_s), least, f"{slowest_s:.3g} s")


def _members(evidence: Evidence, window: Window) -> dict[int, list[Exchange]]:
    first_hit_ns = window.first_hit_ns or 0
    caught = {exchange.number for exchange, _ in hits(evidence, window)}
    members: dict[int, list[Exchange]] = {}
    for exchange in evidence.exchanges:
        since_ns = exchange.planned_ns - first_hit_ns
        if since_ns >= 0 or exchange.number in caught:
            members.setdefault(max(0, since_ns) // nanoseconds(POOL_S), []).append(exchange)
    return members


def _pools(members: dict[int, list[Exchange]], slowest_s: float) -> list[Pool]:
    return [
        Pool(
            index=index,
            count=len(exchanges),
            succeeded=sum(e.succeeded for e in exchanges),
            fast=sum(e.time_to_first_token_s <= slowest_s for e in exchanges),
        )
        for index, exchanges in sorted(members.items())
    ]


def judged(pools: Sequence[Pool], least: float, slowest: str) -> Figure:
    """Say from pools when all was well again; `least` is the share that must succeed."""
    samples = sum(pool.count for pool in pools)
    breached = [p for p in pools if not (_enough(p, least) and p.p95_holds)]
    well, told = _all_well_from(pools, least)
    if well is None and not told:
        reason = f"only {samples} exchanges from the first hit on: {TOO_FEW}"
        return Figure(value=None, samples=samples, reason=reason)
    if not breached:
        return Figure(value=0.0, samples=samples, reason="never breached")
    first = breached[0].index
    if well is None:
        worse = f"success or p95 time to first token (limit {slowest}) stayed worse to the end"
        return Figure(
            value=math.inf,
            samples=samples,
            reason=worse if len(told) == len(pools) else f"{worse} of what can be told: {TOO_FEW}",
            observed_s=(told[-1].index - first) * POOL_S,
        )
    reason = f"{counted(len(breached), 'pool')} of {len(pools)} breached (p95 limit {slowest})"
    return Figure(value=max(0.0, (well.index - first) * POOL_S), samples=samples, reason=reason)


def _all_well_from(pools: Sequence[Pool], least: float) -> tuple[Pool | None, Sequence[Pool]]:
    """Return the earliest pool from which all is well, and the pools that enough follow to tell."""
    earliest: Pool | None = None
    untold = 0
    rest = Pool(index=0, count=0, succeeded=0, fast=0)
    for pool in reversed(pools):
        if not _enough(pool, least):
            break
        rest = _together(pool, rest)
        if rest.count < P95_SAMPLES:
            untold += 1
        elif rest.p95_holds:
            earliest = pool
    return earliest, pools[: len(pools) - untold]


def _together(pool: Pool, rest: Pool) -> Pool:
    return Pool(
        index=pool.index,
        count=pool.count + rest.count,
        succeeded=pool.succeeded + rest.succeeded,
        fast=pool.fast + rest.fast,
    )


def _enough(pool: Pool, least: float) -> bool:
    return pool.succeeded >= least * pool.count - 1e-9


METRIC = Measure(
    name="recovery_time",
    unit="s",
    doc=str(__doc__),
    figure=figure,
    per="window",
    minimum_samples=P95_SAMPLES,
)
