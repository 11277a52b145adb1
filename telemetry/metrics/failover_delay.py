"""First content token of the answer that the user got - send of the first attempt that was hit.

One value per exchange that a fault touched; infinite if it never succeeded. An exchange that the
endpoint at fault answered itself in the end (late, or on a second try) counts with that token: its
user waited no less. Gates use `max`, over all touched exchanges, and one is enough: a good breaker
touches few. How long most users waited is a gate on `time_to_first_token` p95.
"""

import math

from telemetry.clock import seconds
from telemetry.exchange import Attempt, Evidence, Exchange
from telemetry.figure import Distribution, Sample, Scope
from telemetry.windows import touched_in


def samples(evidence: Evidence, scope: Scope) -> list[Sample]:
    """Return one sample per touched exchange in scope."""
    return [
        Sample(value=_value(exchange, hit), trace_id=exchange.trace_id)
        for exchange, hit in touched_in(evidence, scope)
    ]


def _value(exchange: Exchange, hit: Attempt) -> float:
    served = exchange.serving
    if not exchange.succeeded or served is None or served.first_token_ns is None:
        return math.inf
    return seconds(served.first_token_ns - hit.begin_ns)


METRIC = Distribution(
    name="failover_delay", unit="s", doc=str(__doc__), samples=samples, touched_only=True
)
