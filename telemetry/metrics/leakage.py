"""Attempts at the endpoint at fault in [T_full, window end), as a share of all attempts in it.

Over the whole window if T_full is infinite. T_full: see `failover_time`; per minute: see
`leakage_per_minute`. Not defined where T_full is not.
"""

import math

import msgspec

from telemetry.exchange import Evidence, Window
from telemetry.figure import Figure, Measure, Scope
from telemetry.metrics import failover_time
from telemetry.shares import attempt_share, named
from telemetry.windows import no_window


class Leak(msgspec.Struct, frozen=True, kw_only=True):
    """Attempts begun in [start, end): at the endpoint at fault, and all of them.

    `undefined` says why T_full, and so the stretch, is not defined.
    """

    undefined: str = ""
    start_ns: int = 0
    end_ns: int = 0
    at_fault: tuple[str, ...] = ()
    attempts: int = 0


def leak(evidence: Evidence, window: Window) -> Leak:
    """Count the attempts; `at_fault` are the trace ids of those at the endpoint at fault."""
    found = failover_time.look(evidence, window)
    if found.undefined:
        return Leak(undefined=found.undefined)
    start_ns = int(found.full_ns) if math.isfinite(found.full_ns) else window.start_ns
    begun = [
        (exchange.trace_id, attempt.endpoint)
        for exchange in evidence.exchanges
        for attempt in exchange.attempts
        if start_ns <= attempt.begin_ns < window.end_ns
    ]
    return Leak(
        start_ns=start_ns,
        end_ns=window.end_ns,
        at_fault=tuple(trace for trace, endpoint in begun if endpoint in window.endpoints),
        attempts=len(begun),
    )


def figure(evidence: Evidence, scope: Scope) -> Figure:
    """Return the share in %."""
    if scope.window is None:
        return no_window()
    found = leak(evidence, scope.window)
    if found.undefined:
        return Figure(value=None, samples=0, reason=found.undefined)
    reason = f"went to {named(scope.window.endpoints)}"
    return attempt_share(len(found.at_fault), found.attempts, reason, found.at_fault)


METRIC = Measure(name="leakage", unit="%", doc=str(__doc__), figure=figure, per="window")
