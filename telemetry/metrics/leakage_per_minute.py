"""Attempts at the endpoint at fault in [T_full, window end), per minute.

Over the whole window if T_full is infinite; see `leakage`.
"""

from telemetry.clock import seconds
from telemetry.exchange import Evidence
from telemetry.figure import Figure, Measure, Scope
from telemetry.metrics import leakage
from telemetry.windows import no_window


def figure(evidence: Evidence, scope: Scope) -> Figure:
    """Return attempts per minute."""
    if scope.window is None:
        return no_window()
    return figure_of(leakage.leak(evidence, scope.window))


def figure_of(found: leakage.Leak) -> Figure:
    """Return what was counted per minute."""
    span_s = seconds(found.end_ns - found.start_ns)
    if found.undefined or span_s <= 0:
        reason = found.undefined or "the window has no time after failover"
        return Figure(value=None, samples=0, reason=reason)
    return Figure(
        value=60 * found.at_fault / span_s,
        samples=found.attempts,
        reason=f"{found.at_fault} attempts in {span_s:.3g} s",
        worst=found.worst,
    )


METRIC = Measure(
    name="leakage_per_minute", unit="attempts/min", doc=str(__doc__), figure=figure, per="window"
)
