"""Exchanges that the client took for a success but were incomplete, repeated or empty, as a share.

They are among the user errors too; nobody but the user would have noticed them.
"""

from telemetry.exchange import Evidence
from telemetry.figure import Figure, Measure, Scope
from telemetry.shares import exchange_share


def figure(evidence: Evidence, scope: Scope) -> Figure:
    """Return the share in %."""
    exchanges = scope.exchanges(evidence)
    silent = [e for e in exchanges if e.believed_ok and not e.succeeded]
    reason = "were taken for a success and were not whole"
    return exchange_share(silent, len(exchanges), reason)


METRIC = Measure(name="silent_failures", unit="%", doc=str(__doc__), figure=figure)
