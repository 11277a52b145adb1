"""Tokens generated and not delivered because a fault of ours touched the attempt.

Kept apart from `wasted_tokens`, which the system under test answers for. At a real cloud a lower
bound.
"""

from telemetry.exchange import Evidence
from telemetry.figure import Figure, Measure, Scope
from telemetry.metrics import wasted_tokens


def figure(evidence: Evidence, scope: Scope) -> Figure:
    """Return tokens."""
    return wasted_tokens.waste(evidence, scope, lambda attempt: attempt.touched)


METRIC = Measure(name="injected_waste", unit="tokens", doc=str(__doc__), figure=figure)
