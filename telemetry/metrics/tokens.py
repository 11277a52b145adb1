"""Content tokens delivered with the answer that the user got; none for an exchange that failed."""

from telemetry.exchange import Evidence, Exchange
from telemetry.figure import Distribution, Sample, Scope


def samples(evidence: Evidence, scope: Scope) -> list[Sample]:
    """Return one count per exchange in scope."""
    return [Sample(value=_value(e), trace_id=e.trace_id) for e in scope.exchanges(evidence)]


def _value(exchange: Exchange) -> float:
    served = exchange.serving
    return float(served.tokens) if exchange.succeeded and served is not None else 0.0


METRIC = Distribution(name="tokens", unit="tokens", doc=str(__doc__), samples=samples)
