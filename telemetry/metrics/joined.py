"""Share of exchanges of which it is known what was done for them at the endpoints.

Our own client: each attempt's hop at its proxy is known. Behind a gateway: of the exchanges that it
answered with content, those that joined a request at a proxy, by trace context or by the mark, and
not only requests that brought nothing: then a cache had answered, or somebody else. Below 99 % a
run does not count.
"""

from telemetry.exchange import Evidence, Exchange
from telemetry.figure import Figure, Measure, Scope
from telemetry.metrics import trace_continuity
from telemetry.shares import exchange_share


def figure(evidence: Evidence, scope: Scope) -> Figure:
    """Return the share in %."""
    exchanges = [e for e in scope.exchanges(evidence) if _must_join(e)]
    apart = [exchange for exchange in exchanges if not _joined(exchange)]
    whole = exchange_share([], len(exchanges), "")
    if whole.value is None:
        return whole
    together = len(exchanges) - len(apart)
    return Figure(
        value=100 * together / len(exchanges),
        samples=len(exchanges),
        reason=f"{together} of {len(exchanges)} exchanges joined with what the proxies saw",
        worst=tuple(sorted(exchange.trace_id for exchange in apart)[:5]),
    )


def _must_join(exchange: Exchange) -> bool:
    if exchange.front is None:
        return any(map(trace_continuity.expects_hop, exchange.attempts))
    return bool(exchange.front.tokens or exchange.attempts)


def _joined(exchange: Exchange) -> bool:
    if exchange.front is not None:
        said_there = any(attempt.tokens for attempt in exchange.attempts)
        return said_there or bool(exchange.attempts and not exchange.front.tokens)
    expected = filter(trace_continuity.expects_hop, exchange.attempts)
    return all(attempt.hop is not None for attempt in expected)


METRIC = Measure(name="joined", unit="%", doc=str(__doc__), figure=figure)
