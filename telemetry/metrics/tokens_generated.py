"""Tokens that providers generated for an exchange, over all its attempts, delivered or not.

Per attempt the largest of what the provider billed (usage), what the proxy saw come from it and
what the client got. At a real cloud a lower bound: what was generated and never sent is not seen.
"""

from telemetry.exchange import Attempt, Evidence
from telemetry.figure import Distribution, Sample, Scope


def samples(evidence: Evidence, scope: Scope) -> list[Sample]:
    """Return one count per exchange in scope."""
    return [
        Sample(value=float(sum(map(generated, e.attempts))), trace_id=e.trace_id)
        for e in scope.exchanges(evidence)
    ]


def generated(attempt: Attempt) -> int:
    """Return the tokens known to be generated for one attempt."""
    passed = attempt.hop.tokens_up if attempt.hop is not None else None
    return max(attempt.usage_output_tokens or 0, passed or 0, attempt.tokens)


METRIC = Distribution(name="tokens_generated", unit="tokens", doc=str(__doc__), samples=samples)
