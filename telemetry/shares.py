"""What many metrics answer: a share of exchanges or attempts, as a percentage with its worst."""

from collections.abc import Iterable, Sequence

from telemetry.exchange import Evidence, Exchange, Phase, Window
from telemetry.figure import Figure, Scope

WORST_KEPT = 5


def exchange_share(bad: Sequence[Exchange], of: int, reason: str) -> Figure:
    """Return `bad` of `of` exchanges in %; `reason` says what is wrong with the bad ones."""
    return attempt_share(len(bad), of, reason, [exchange.trace_id for exchange in bad], "exchange")


def attempt_share(
    bad: int, of: int, reason: str, worst: Sequence[str] = (), noun: str = "attempt"
) -> Figure:
    """Return `bad` of `of` attempts in %; `worst` are the trace ids of the bad ones."""
    if not of:
        return Figure(value=None, samples=0, reason=f"there is no {noun} to measure")
    return Figure(
        value=100 * bad / of,
        samples=of,
        reason=f"{bad} of {of} {noun}s {reason}",
        worst=tuple(sorted(set(worst))[:WORST_KEPT]),
    )


def planned_in(evidence: Evidence, scope: Scope) -> list[Exchange]:
    """Return the exchanges whose planned start lies in the scope's window or phase, in order."""
    span: Window | Phase | None = scope.window
    if span is None and scope.phase is not None:
        span = evidence.phase(scope.phase)
        if span is None:
            return []
    if span is None:
        return in_order(evidence.exchanges)
    return planned_between(evidence, span.start_ns, span.end_ns)


def planned_between(evidence: Evidence, start_ns: int, end_ns: float) -> list[Exchange]:
    """Return the exchanges planned in [start, end), in planned order."""
    return in_order(e for e in evidence.exchanges if start_ns <= e.planned_ns < end_ns)


def in_order(exchanges: Iterable[Exchange]) -> list[Exchange]:
    """Return exchanges in planned order, whatever order they came in."""
    return sorted(exchanges, key=lambda exchange: (exchange.planned_ns, exchange.number))


def load_end_ns(evidence: Evidence) -> int:
    """Return until when arrivals were planned: the end of the last phase, or of an earlier run."""
    ends = [phase.end_ns for phase in evidence.phases]
    return min(max(ends, default=evidence.end_ns), evidence.end_ns)


def counted(number: int, noun: str) -> str:
    """Write a number of things: `1 exchange`, `12 exchanges`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def named(endpoints: Sequence[str]) -> str:
    """Write endpoints for a sentence: `azure`, `azure or vertex`."""
    return " or ".join(endpoints) or "no endpoint"
