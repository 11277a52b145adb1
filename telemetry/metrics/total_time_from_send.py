"""End of the exchange - when the generator sent the question; infinite if it did not succeed.

Shown beside `total_time`: the difference is the generator's own lateness.
"""

import math

from telemetry.clock import seconds
from telemetry.exchange import Evidence, Exchange
from telemetry.figure import Distribution, Sample, Scope


def samples(evidence: Evidence, scope: Scope) -> list[Sample]:
    """Return one sample per exchange in scope; failures are `inf`."""
    return [Sample(value=_value(e), trace_id=e.trace_id) for e in scope.exchanges(evidence)]


def _value(exchange: Exchange) -> float:
    if not exchange.succeeded or exchange.end_ns is None:
        return math.inf
    return seconds(exchange.end_ns - exchange.dispatched_ns)


METRIC = Distribution(name="total_time_from_send", unit="s", doc=str(__doc__), samples=samples)
