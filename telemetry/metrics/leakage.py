"""Attempts at the endpoint at fault in [T_full, window end), as a share of all attempts in it.

Over the whole window if T_full is infinite. T_full: see `failover_time`; per minute: see
`leakage_per_minute`. Not defined where T_full is not.
"""

import math

import msgspec

from telemetry.exchange import Evidence, Window
from telemetry.figure import Figure, Measure, Scope
from telemetry.metrics import failover_time
from telemetry.shares import WORST_KEPT, attempt_share, named
from telemetry.windows import no_window


class Leak(msgspec.Struct, frozen=True, kw_only=True):
    """Attempts begun in [start, end): at the endpoint at fault, and all of them.

    `undefined` says why T_full, and so the stretch, is not defined. `worst` are trace ids of
    exchanges with attempts at the endpoint at fault.
    """

    undefined: str = ""
    start_ns: int = 0
    end_ns: int = 0
    at_fault: int = 0
    attempts: int = 0
    worst: tuple[str, ...] = ()


def leak(evidence: Evidence, window: Window) -> Leak:
    """Count the attempts."""
    found = failover_time.look(evidence, window)
    if found.undefined:
        return Leak(undefined=found.undefined)
    start_ns = since(found, window)
    begun = [
        (exchange.trace_id, attempt.endpoint)
        for exchange in evidence.exchanges
        for attempt in exchange.attempts
        if start_ns <= attempt.begin_ns < window.end_ns
    ]
    at_fault = [trace for trace, endpoint in begun if endpoint in window.endpoints]
    return Leak(
        start_ns=start_ns,
        end_ns=window.end_ns,
        at_fault=len(at_fault),
        attempts=len(begun),
        worst=tuple(sorted(set(at_fault))[:WORST_KEPT]),
    )


def since(found: failover_time.Failover, window: Window) -> int:
    """Return where the stretch begins: at T_full, or where the window does if there is none."""
    return int(found.full_ns) if math.isfinite(found.full_ns) else window.start_ns


def figure(evidence: Evidence, scope: Scope) -> Figure:
    """Return the share in %."""
    window = scope.window
    return no_window() if window is None else figure_of(leak(evidence, window), window)


def figure_of(found: Leak, window: Window) -> Figure:
    """Return what was counted as a share in %."""
    if found.undefined:
        return Figure(value=None, samples=0, reason=found.undefined)
    reason = f"went to {named(window.endpoints)}"
    return attempt_share(found.at_fault, found.attempts, reason, found.worst)


METRIC = Measure(name="leakage", unit="%", doc=str(__doc__), figure=figure, per="window")
