"""First content token of the answer that the user got - when the generator sent the question.

Shown beside `time_to_first_token`: the difference is the generator's own lateness.
"""

import math

from telemetry.clock import seconds
from telemetry.exchange import Evidence, Exchange
from telemetry.figure import Distribution, Sample, Scope


def samples(evidence: Evidence, scope: Scope) -> list[Sample]:
    """Return one sample per exchange in scope; failures are `inf`."""
    return [Sample(value=_value(e), trace_id=e.trace_id) for e in scope.exchanges(evidence)]


def _value(exchange: Exchange) -> float:
    late_s = seconds(exchange.dispatched_ns - exchange.planned_ns)
    value = exchange.time_to_first_token_s
    return value - late_s if math.isfinite(value) else value


METRIC = Distribution(
    name="time_to_first_token_from_send", unit="s", doc=str(__doc__), samples=samples
)
