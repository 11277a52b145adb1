"""All attempts of an exchange, on all endpoints."""

from telemetry.exchange import Evidence
from telemetry.figure import Distribution, Sample, Scope


def samples(evidence: Evidence, scope: Scope) -> list[Sample]:
    """Return one count per exchange in scope."""
    return [
        Sample(value=float(len(exchange.attempts)), trace_id=exchange.trace_id)
        for exchange in scope.exchanges(evidence)
    ]


METRIC = Distribution(name="attempts", unit="attempts", doc=str(__doc__), samples=samples)
