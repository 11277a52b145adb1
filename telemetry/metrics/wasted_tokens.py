"""Tokens generated and not delivered: all of every attempt that did not become the user's answer.

Without the waste that a fault of ours caused, which is `injected_waste`. At a real cloud a lower
bound: only what was billed or passed the proxy is known.
"""

from collections.abc import Callable

from telemetry.exchange import Attempt, Evidence, Exchange
from telemetry.figure import Figure, Measure, Scope
from telemetry.metrics import tokens_generated
from telemetry.shares import counted


def figure(evidence: Evidence, scope: Scope) -> Figure:
    """Return tokens."""
    return waste(evidence, scope, lambda attempt: not attempt.touched)


def waste(evidence: Evidence, scope: Scope, counts: Callable[[Attempt], bool]) -> Figure:
    """Add up what attempts that `counts` holds for generated in vain."""
    exchanges = scope.exchanges(evidence)
    if not exchanges:
        return Figure(value=None, samples=0, reason="there is no exchange to measure")
    wasted = {e.trace_id: _wasted(e, counts) for e in exchanges}
    worst = sorted(
        (trace for trace, tokens in wasted.items() if tokens), key=lambda t: (-wasted[t], t)
    )
    return Figure(
        value=float(sum(wasted.values())),
        samples=len(exchanges),
        reason=f"in {counted(len(worst), 'exchange')}; at a real cloud a lower bound",
        worst=tuple(worst[:5]),
    )


def _wasted(exchange: Exchange, counts: Callable[[Attempt], bool]) -> int:
    answer = exchange.serving if exchange.succeeded else None
    vain = (attempt for attempt in exchange.attempts if attempt is not answer and counts(attempt))
    return sum(map(tokens_generated.generated, vain))


METRIC = Measure(name="wasted_tokens", unit="tokens", doc=str(__doc__), figure=figure)
