"""Exchanges that did not succeed, as a share.

Success is a finish reason, no error event, no missing or repeated token where that can be known,
and content where content was asked for. HTTP 200 proves nothing. An exchange that has not ended
when the run's drain is over counts as failed.
"""

from collections import Counter

from telemetry.exchange import Evidence
from telemetry.figure import Figure, Measure, Scope
from telemetry.shares import exchange_share


def figure(evidence: Evidence, scope: Scope) -> Figure:
    """Return the share in %."""
    exchanges = scope.exchanges(evidence)
    failed = [exchange for exchange in exchanges if not exchange.succeeded]
    kinds = Counter(exchange.outcome.value.replace("_", " ") for exchange in failed)
    ranked = sorted(kinds.items(), key=lambda kind: (-kind[1], kind[0]))
    how = ", ".join(f"{name} {count}" for name, count in ranked)
    return exchange_share(failed, len(exchanges), f"failed: {how}" if failed else "failed")


METRIC = Measure(name="user_errors", unit="%", doc=str(__doc__), figure=figure)
