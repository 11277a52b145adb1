"""All attempts of the exchanges planned in the window (or phase) / those exchanges.

Per endpoint with the same denominator, so that the endpoints add up to the whole.
"""

from telemetry.exchange import Evidence, Exchange
from telemetry.figure import Figure, Measure, Scope
from telemetry.shares import counted, planned_in


def figure(evidence: Evidence, scope: Scope) -> Figure:
    """Return attempts per exchange."""
    exchanges = planned_in(evidence, scope)
    if not exchanges:
        return Figure(value=None, samples=0, reason="no exchange was planned in it")
    made = {exchange.trace_id: _attempts(exchange, scope) for exchange in exchanges}
    total = sum(made.values())
    where = f" at {scope.endpoint}" if scope.endpoint else ""
    attempts, of = counted(total, "attempt"), counted(len(exchanges), "exchange")
    return Figure(
        value=total / len(exchanges),
        samples=len(exchanges),
        reason=f"{attempts}{where} for {of}",
        worst=tuple(sorted(made, key=lambda trace: (-made[trace], trace))[:5]),
    )


def _attempts(exchange: Exchange, scope: Scope) -> int:
    return sum(scope.endpoint in {None, attempt.endpoint} for attempt in exchange.attempts)


METRIC = Measure(name="amplification", unit="x", doc=str(__doc__), figure=figure, by_endpoint=True)
