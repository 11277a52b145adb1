"""Share of exchanges whose hops share a trace id: each attempt's hop at the proxy is known by it.

An attempt that never reached the proxy (the connection failed, or ended before an answer began, or
the client gave it up at once) has no hop to share; an exchange of nothing else does not count.
"""

from telemetry.exchange import Attempt, Evidence, Exchange
from telemetry.figure import Figure, Measure, Scope
from telemetry.outcome import Outcome
from telemetry.shares import exchange_share

MAY_LACK_A_HOP = frozenset(
    {
        Outcome.CONNECT_REFUSED,
        Outcome.CONNECT_TIMEOUT,
        Outcome.CONNECT_FAILED,
        Outcome.NAME_UNRESOLVED,
        Outcome.TLS_FAILED,
        Outcome.CLOSED_BEFORE_HEAD,
        Outcome.CANCELLED,
        Outcome.UNFINISHED,
    }
)


def figure(evidence: Evidence, scope: Scope) -> Figure:
    """Return the share in %."""
    exchanges = [e for e in scope.exchanges(evidence) if any(map(expects_hop, e.attempts))]
    apart = [exchange for exchange in exchanges if not joined(exchange)]
    together = len(exchanges) - len(apart)
    whole = exchange_share([], len(exchanges), "")
    if whole.value is None:
        return whole
    return Figure(
        value=100 * together / len(exchanges),
        samples=len(exchanges),
        reason=f"{together} of {len(exchanges)} exchanges traced to what the proxies saw",
        worst=tuple(sorted(exchange.trace_id for exchange in apart)[:5]),
    )


def joined(exchange: Exchange) -> bool:
    """Tell whether the hop of every attempt that must have one is known by its trace context."""
    return all(
        attempt.hop is not None and attempt.hop.joined_by != "mark"
        for attempt in filter(expects_hop, exchange.attempts)
    )


def expects_hop(attempt: Attempt) -> bool:
    """Tell whether an attempt that ended like this must have reached a proxy."""
    answered = attempt.head_ns is not None or attempt.first_byte_ns is not None
    return answered or attempt.outcome not in MAY_LACK_A_HOP


METRIC = Measure(name="trace_continuity", unit="%", doc=str(__doc__), figure=figure)
