"""What is counted of a run beside its metrics: over exchanges, or in columns where it has them."""

from collections.abc import Iterable

from telemetry.clock import seconds
from telemetry.columnar import tallies
from telemetry.columnar.evidence import ColumnarEvidence
from telemetry.columnar.tallies import Ended, Told
from telemetry.exchange import Evidence, Exchange, Touch, Window
from telemetry.figure import Scope
from telemetry.outcome import Outcome
from telemetry.stats import STATISTICS, percentile

__all__ = ["Ended", "Told"]  # what is counted, told from there

Attested = tuple[int, int, int]
"""Attempts and exchanges that a fault touched, and attempts of which that is only inferred."""


def told(evidence: Evidence, scope: Scope) -> Told:
    """Count the exchanges in scope: all, those that failed, those that did so unnoticed."""
    if isinstance(evidence, ColumnarEvidence):
        return tallies.told(evidence, scope)
    exchanges = scope.exchanges(evidence)
    failed = [exchange for exchange in exchanges if not exchange.succeeded]
    silent = sum(exchange.believed_ok for exchange in failed)
    return Told(count=len(exchanges), failed=len(failed), silent=silent)


def touched(evidence: Evidence, scope: Scope) -> int:
    """Count the exchanges in scope that a fault touched."""
    if isinstance(evidence, ColumnarEvidence):
        return tallies.touched(evidence, scope)
    return sum(exchange.touched for exchange in scope.exchanges(evidence))


def sent(evidence: Evidence) -> int:
    """Count the exchanges that the generator handed to the client under test."""
    if isinstance(evidence, ColumnarEvidence):
        return tallies.sent(evidence)
    return sum(
        exchange.outcome is Outcome.NO_ENDPOINT or bool(exchange.attempts) or bool(exchange.front)
        for exchange in evidence.exchanges
    )


def unended(evidence: Evidence) -> int:
    """Count the exchanges that had not ended when the drain was over."""
    if isinstance(evidence, ColumnarEvidence):
        return tallies.unended(evidence)
    return sum(exchange.end_ns is None for exchange in evidence.exchanges)


def lateness_s(evidence: Evidence) -> tuple[float | None, float | None]:
    """Return the median and the 99th percentile of how late exchanges were sent."""
    if isinstance(evidence, ColumnarEvidence):
        return tallies.lateness_s(evidence)
    late = [seconds(max(0, e.dispatched_ns - e.planned_ns)) for e in evidence.exchanges]
    return (percentile(late, 50), percentile(late, 99)) if late else (None, None)


def attested(evidence: Evidence) -> dict[str, Attested]:
    """Count what each fault touched."""
    if isinstance(evidence, ColumnarEvidence):
        return {fault: (*found, 0) for fault, found in tallies.attested(evidence).items()}
    touched_: dict[str, list[tuple[int, Touch]]] = {}
    for exchange in evidence.exchanges:
        for attempt in exchange.attempts:
            for touch in {touch.fault: touch for touch in attempt.touches}.values():
                touched_.setdefault(touch.fault, []).append((exchange.number, touch))
    return {
        fault: (
            len(found),
            len({number for number, _ in found}),
            sum(touch.inferred for _, touch in found),
        )
        for fault, found in touched_.items()
    }


def spared(evidence: Evidence, window: Window, edge_ns: int) -> tuple[int, int]:
    """Return attempts at a window's endpoints inside of it, and those that no fault touched."""
    if isinstance(evidence, ColumnarEvidence):
        return tallies.spared(evidence, window, edge_ns)
    inside = [
        attempt
        for exchange in evidence.exchanges
        for attempt in exchange.attempts
        if attempt.endpoint in window.endpoints
        and window.start_ns + edge_ns <= attempt.begin_ns < window.end_ns - edge_ns
    ]
    return len(inside), sum(not attempt.touched for attempt in inside)


def remarkable(evidence: Evidence) -> Iterable[Exchange]:
    """Return at least the exchanges that failed, or were not answered by the first one asked."""
    if not isinstance(evidence, ColumnarEvidence):
        return evidence.exchanges
    return evidence.reviewed("NOT ok OR served_endpoint IS DISTINCT FROM first_endpoint")


def first_token_s(evidence: Evidence, phase: str, statistic: str) -> float | None:
    """Return a statistic of time to first token in a phase; None for no exchange."""
    if isinstance(evidence, ColumnarEvidence):
        return tallies.first_token_s(evidence, phase, statistic)
    values = [exchange.time_to_first_token_s for exchange in evidence.in_phase(phase)]
    return STATISTICS[statistic](values) if values else None


def endings(evidence: Evidence) -> dict[str, Ended]:
    """Return how the attempts at each endpoint ended."""
    if isinstance(evidence, ColumnarEvidence):
        return tallies.endings(evidence)
    found: dict[str, Ended] = {}
    for attempt in (a for exchange in evidence.exchanges for a in exchange.attempts):
        ended = found.setdefault(attempt.endpoint, Ended())
        ended.attempts += 1
        ended.answered += attempt.outcome.succeeded
        ended.touched += attempt.touched
        if attempt.native_error:
            ended.native[attempt.outcome.value] = ended.native.get(attempt.outcome.value, 0) + 1
    return found
