"""Attempts that ended in an error that no fault of ours caused, as a share; per endpoint.

Too many in the baseline make a run invalid. At an endpoint that traffic falls back on, during a
fault, they are a finding of their own: `fallback_unhealthy`.
"""

from telemetry.exchange import Evidence
from telemetry.figure import Figure, Measure, Scope
from telemetry.shares import attempt_share


def figure(evidence: Evidence, scope: Scope) -> Figure:
    """Return the share in %."""
    attempts = [
        (exchange.trace_id, attempt)
        for exchange in scope.exchanges(evidence)
        for attempt in exchange.attempts
        if scope.endpoint in {None, attempt.endpoint}
    ]
    bad = [trace for trace, attempt in attempts if attempt.native_error]
    where = f"at {scope.endpoint} " if scope.endpoint else ""
    return attempt_share(len(bad), len(attempts), f"{where}failed without a fault of ours", bad)


METRIC = Measure(name="native_errors", unit="%", doc=str(__doc__), figure=figure, by_endpoint=True)
