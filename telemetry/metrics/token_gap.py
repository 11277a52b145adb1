"""The largest gap between two tokens of the answer that the user got; infinite if it failed.

An answer in one piece has no gap and does not count. A generator that is short of time widens the
gaps it measures, so its own lag makes gates on this one unknown.
"""

import math

from telemetry.clock import seconds
from telemetry.exchange import Evidence, Exchange
from telemetry.figure import Distribution, Sample, Scope


def samples(evidence: Evidence, scope: Scope) -> list[Sample]:
    """Return one sample per exchange in scope that failed or has a gap."""
    values = ((exchange, _value(exchange)) for exchange in scope.exchanges(evidence))
    return [Sample(value=v, trace_id=e.trace_id) for e, v in values if v is not None]


def _value(exchange: Exchange) -> float | None:
    if not exchange.succeeded or exchange.serving is None:
        return math.inf
    gap_ns = exchange.serving.largest_gap_ns
    return None if gap_ns is None else seconds(gap_ns)


METRIC = Distribution(
    name="token_gap", unit="s", doc=str(__doc__), samples=samples, client_paced=True
)
