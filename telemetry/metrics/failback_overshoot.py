"""Attempts at the returned endpoint in the first 5 s / its steady rate: the herd that comes back.

The 5 s begin when it is back (`failback_time`); the steady rate is that of its attempts in the
baseline. Of several endpoints, the largest. Not defined when the endpoint did not come back.
"""

import math
from collections.abc import Callable, Iterable

from telemetry.exchange import Evidence, Phase
from telemetry.figure import Figure, Measure, Scope
from telemetry.metrics import failback_time
from telemetry.windows import no_window


def figure(evidence: Evidence, scope: Scope) -> Figure:
    """Return the ratio; 1 is a calm return."""
    window = scope.window
    if window is None:
        return no_window()
    begun = [(a.endpoint, a.begin_ns) for e in evidence.exchanges for a in e.attempts]

    def attempts(endpoint: str, start_ns: float, end_ns: float) -> int:
        return sum(name == endpoint and start_ns <= at_ns < end_ns for name, at_ns in begun)

    return concluded(failback_time.returns(evidence, window), evidence, attempts)


def concluded(
    returns: Iterable[failback_time.Return],
    evidence: Evidence,
    attempts: Callable[[str, float, float], int],
) -> Figure:
    """Return the figure; `attempts` counts those at an endpoint begun in [start, end)."""
    back = [(r.endpoint, r.at_ns) for r in returns if r.at_ns is not None]
    if not back or any(math.isinf(at_ns) for _, at_ns in back):
        return Figure(value=None, samples=0, reason="the endpoint did not come back")
    ratios: list[tuple[float, int]] = []
    baseline = evidence.phase("baseline")
    for endpoint, at_ns in back:
        count = attempts(endpoint, at_ns, at_ns + failback_time.POOL_NS)
        steady = attempts(endpoint, baseline.start_ns, baseline.end_ns) if baseline else 0
        ratios.append((_ratio(count, steady, baseline), count))
    value, count = max(ratios)
    return Figure(value=value, samples=count, reason=f"{count} attempts in its first 5 s")


def _ratio(count: int, steady: int, baseline: Phase | None) -> float:
    if baseline is None:
        return math.inf
    per_pool = steady * failback_time.POOL_NS / (baseline.end_ns - baseline.start_ns)
    return count / per_pool if per_pool else math.inf


METRIC = Measure(name="failback_overshoot", unit="x", doc=str(__doc__), figure=figure, per="window")
