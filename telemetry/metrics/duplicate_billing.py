"""Attempts with usage, or a generated token, beyond the first of each exchange: billed twice.

At a real cloud a lower bound: only what was billed or passed the proxy is known. What a fault of
ours sends again (`dedup_replay`) is no attempt: the events `replayed` tell of it.
"""

from telemetry.exchange import Attempt, Evidence, Exchange
from telemetry.figure import Figure, Measure, Scope
from telemetry.metrics import tokens_generated
from telemetry.shares import counted


def figure(evidence: Evidence, scope: Scope) -> Figure:
    """Return the number of attempts."""
    exchanges = scope.exchanges(evidence)
    if not exchanges:
        return Figure(value=None, samples=0, reason="there is no exchange to measure")
    extra = {e.trace_id: count for e in exchanges if (count := _extra(e))}
    return Figure(
        value=float(sum(extra.values())),
        samples=len(exchanges),
        reason=f"in {counted(len(extra), 'exchange')}; at a real cloud a lower bound",
        worst=tuple(sorted(extra, key=lambda trace: (-extra[trace], trace))[:5]),
    )


def _extra(exchange: Exchange) -> int:
    return max(0, sum(map(_billed, exchange.attempts)) - 1)


def _billed(attempt: Attempt) -> bool:
    return attempt.usage_output_tokens is not None or tokens_generated.generated(attempt) > 0


METRIC = Measure(name="duplicate_billing", unit="attempts", doc=str(__doc__), figure=figure)
