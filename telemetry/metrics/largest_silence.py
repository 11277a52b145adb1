"""The longest time for which an exchange brought its user no byte, from send to end.

Silence goes on from one attempt to the next: an attempt without an answer does not break it.
"""

from telemetry.clock import seconds
from telemetry.exchange import Attempt, Evidence, Exchange
from telemetry.figure import Distribution, Sample, Scope


def samples(evidence: Evidence, scope: Scope) -> list[Sample]:
    """Return one sample per exchange in scope."""
    return [
        Sample(value=silence_s(exchange, evidence.end_ns), trace_id=exchange.trace_id)
        for exchange in scope.exchanges(evidence)
    ]


def silence_s(exchange: Exchange, observed_until_ns: int) -> float:
    """Return the longest silence; an exchange without an end was silent as long as was watched."""
    longest_ns, last_byte_ns = 0, exchange.dispatched_ns
    for attempt in exchange.heard:
        moments = _byte_moments(attempt)
        if moments:
            inside_ns = attempt.largest_gap_ns or 0
            longest_ns = max(longest_ns, moments[0] - last_byte_ns, inside_ns)
            last_byte_ns = moments[-1]
    end_ns = observed_until_ns if exchange.end_ns is None else exchange.end_ns
    return seconds(max(longest_ns, end_ns - last_byte_ns))


def _byte_moments(attempt: Attempt) -> list[int]:
    known = (attempt.head_ns, attempt.first_byte_ns, attempt.first_token_ns, attempt.last_token_ns)
    return sorted(moment for moment in known if moment is not None)


METRIC = Distribution(name="largest_silence", unit="s", doc=str(__doc__), samples=samples)
