"""End of the exchange - planned start; infinite for one that did not succeed."""

from telemetry.exchange import Evidence
from telemetry.figure import Distribution, Sample, Scope


def samples(evidence: Evidence, scope: Scope) -> list[Sample]:
    """Return one sample per exchange in scope."""
    return [Sample(value=e.total_s, trace_id=e.trace_id) for e in scope.exchanges(evidence)]


METRIC = Distribution(name="total_time", unit="s", doc=str(__doc__), samples=samples)
