"""Start of the first attempt elsewhere by an exchange that was hit - the window's first hit.

Elsewhere is any endpoint outside the window's group. The first hit is the start of the first
attempt that the fault touched (the window's, where that one was under way already): luck of
arrival before it is not the system's.
"""

import math

from telemetry.clock import seconds
from telemetry.exchange import Attempt, Evidence, Exchange, Window
from telemetry.figure import Figure, Measure, Scope
from telemetry.shares import counted
from telemetry.windows import hits, no_window, untouched


def figure(evidence: Evidence, scope: Scope) -> Figure:
    """Return seconds; `inf` when no exchange that was hit went elsewhere."""
    window = scope.window
    if window is None:
        return no_window()
    if window.first_hit_ns is None:
        return untouched(window)
    found = hits(evidence, window)
    elsewhere = [a.begin_ns for hit in found for a in _elsewhere(*hit, window)]
    first_hit_ns = window.first_hit_ns
    reason = f"{counted(len(found), 'exchange')} hit, {len(elsewhere)} tried another endpoint"
    return Figure(
        value=seconds(min(elsewhere) - first_hit_ns) if elsewhere else math.inf,
        samples=len(found),
        reason=reason,
        observed_s=seconds(evidence.end_ns - first_hit_ns),
        worst=tuple(exchange.trace_id for exchange, _ in found[:5]),
    )


def _elsewhere(exchange: Exchange, hit: Attempt, window: Window) -> list[Attempt]:
    later = (a for a in exchange.attempts if a.begin_ns >= hit.begin_ns)
    return [attempt for attempt in later if attempt.endpoint not in window.endpoints][:1]


METRIC = Measure(name="detection_time", unit="s", doc=str(__doc__), figure=figure, per="window")
