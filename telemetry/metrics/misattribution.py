"""Exchanges said to be served by another endpoint than the proxy saw, as a share."""

from telemetry.exchange import Evidence, Exchange
from telemetry.figure import Figure, Measure, Scope
from telemetry.shares import exchange_share


def figure(evidence: Evidence, scope: Scope) -> Figure:
    """Return the share in %, of the exchanges for which both sides are known."""
    known = [e for e in scope.exchanges(evidence) if e.served_by and _seen_at(e)]
    wrong = [exchange for exchange in known if exchange.served_by != _seen_at(exchange)]
    return exchange_share(wrong, len(known), "were served by another endpoint than said")


def _seen_at(exchange: Exchange) -> str:
    served = exchange.serving
    return served.hop.endpoint if served is not None and served.hop is not None else ""


METRIC = Measure(name="misattribution", unit="%", doc=str(__doc__), figure=figure)
