"""First content token elsewhere of an exchange that was hit and succeeded - the first hit.

Elsewhere is any endpoint outside the window's group.
"""

import math

from telemetry.clock import seconds
from telemetry.exchange import Attempt, Evidence, Exchange, Window
from telemetry.figure import Figure, Measure, Scope
from telemetry.shares import counted
from telemetry.windows import hits, no_window, untouched


def figure(evidence: Evidence, scope: Scope) -> Figure:
    """Return seconds; `inf` when no exchange that was hit was answered elsewhere."""
    window = scope.window
    if window is None:
        return no_window()
    if window.first_hit_ns is None:
        return untouched(window)
    found = hits(evidence, window)
    tokens = [ns for hit in found if (ns := _first_token_ns(*hit, window)) is not None]
    reason = f"{counted(len(found), 'exchange')} hit, {len(tokens)} answered by another endpoint"
    return Figure(
        value=seconds(min(tokens) - window.first_hit_ns) if tokens else math.inf,
        samples=len(found),
        reason=reason,
        observed_s=seconds(evidence.end_ns - window.first_hit_ns),
        worst=tuple(exchange.trace_id for exchange, _ in found[:5]),
    )


def _first_token_ns(exchange: Exchange, hit: Attempt, window: Window) -> int | None:
    served = exchange.serving
    if not exchange.succeeded or served is None or served.begin_ns < hit.begin_ns:
        return None
    return None if served.endpoint in window.endpoints else served.first_token_ns


METRIC = Measure(
    name="first_rerouted_success", unit="s", doc=str(__doc__), figure=figure, per="window"
)
