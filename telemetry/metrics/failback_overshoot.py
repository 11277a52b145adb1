"""Attempts at the returned endpoint in the first 5 s / its steady rate: the herd that comes back.

The 5 s begin when it is back (`failback_time`); the steady rate is that of its attempts in the
baseline. Of several endpoints, the largest. Not defined when the endpoint did not come back.
"""

import math

from telemetry.exchange import Evidence
from telemetry.figure import Figure, Measure, Scope
from telemetry.metrics import failback_time
from telemetry.windows import no_window


def figure(evidence: Evidence, scope: Scope) -> Figure:
    """Return the ratio; 1 is a calm return."""
    window = scope.window
    if window is None:
        return no_window()
    returns = failback_time.returns(evidence, window)
    back = [(r.endpoint, r.at_ns) for r in returns if r.at_ns is not None]
    if not back or any(math.isinf(at_ns) for _, at_ns in back):
        return Figure(value=None, samples=0, reason="the endpoint did not come back")
    ratios = [_ratio(evidence, endpoint, at_ns) for endpoint, at_ns in back]
    value, count = max(ratios)
    return Figure(value=value, samples=count, reason=f"{count} attempts in its first 5 s")


def _ratio(evidence: Evidence, endpoint: str, at_ns: float) -> tuple[float, int]:
    begun = [a.begin_ns for e in evidence.exchanges for a in e.attempts if a.endpoint == endpoint]
    count = sum(at_ns <= ns < at_ns + failback_time.POOL_NS for ns in begun)
    baseline = evidence.phase("baseline")
    if baseline is None:
        return math.inf, count
    steady = sum(baseline.start_ns <= ns < baseline.end_ns for ns in begun)
    per_pool = steady * failback_time.POOL_NS / (baseline.end_ns - baseline.start_ns)
    return (count / per_pool if per_pool else math.inf), count


METRIC = Measure(name="failback_overshoot", unit="x", doc=str(__doc__), figure=figure, per="window")
