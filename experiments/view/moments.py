"""What happened during one exchange, moment by moment: its own, its faults', breakers'; pure."""

from collections.abc import Iterable, Iterator

import msgspec

from experiments.report.charts.waterfall import lanes
from experiments.report.frame import Mark
from experiments.report.words import amount, outcome_words
from telemetry.clock import nanoseconds, seconds
from telemetry.exchange import Attempt, Evidence, Exchange
from telemetry.record import EventFact
from telemetry.windows import names_of

NEARBY_S = 1.0
"""How long before and after an exchange a breaker's change is still worth telling."""


class Moment(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that happened; `at_s` counts from the planned start, `kind` picks its sign."""

    at_s: float
    kind: str
    words: str
    where: str = ""


def moments(
    exchange: Exchange, evidence: Evidence, breakers: Iterable[EventFact]
) -> tuple[Moment, ...]:
    """Return everything in time order."""
    found = [
        *_own(exchange),
        *(moment for attempt in lanes(exchange) for moment in _of_attempt(exchange, attempt)),
        *_windows(exchange, evidence),
        *_breakers(exchange, evidence, breakers),
    ]
    return tuple(sorted(found, key=lambda moment: moment.at_s))


def marks(found: Iterable[Moment], end_s: float) -> tuple[Mark, ...]:
    """Return what happened around an exchange while it went on, for its waterfall."""
    around = (moment for moment in found if moment.kind in {"breaker", "window"})
    return tuple(Mark(m.at_s, m.words) for m in around if 0 <= m.at_s <= end_s)


def _own(exchange: Exchange) -> Iterator[Moment]:
    late_s = _since(exchange, exchange.dispatched_ns)
    yield Moment(at_s=0.0, kind="plan", words="planned")
    words = f"dispatched, {amount(late_s, 's')} late"
    yield Moment(at_s=late_s, kind="plan", words=words, where=f"client {exchange.replica}")
    if exchange.end_ns is not None:
        words = f"ended: {outcome_words(exchange.outcome)}"
        kind = "end" if exchange.succeeded else "error"
        yield Moment(at_s=_since(exchange, exchange.end_ns), kind=kind, words=words)


def _of_attempt(exchange: Exchange, attempt: Attempt) -> Iterator[Moment]:
    reached = (
        (attempt.begin_ns, f"attempt {attempt.ordinal + 1} sent"),
        (attempt.connected_ns, "connected"),
        (attempt.head_ns, _head_words(attempt)),
        (attempt.first_byte_ns, "first byte of the answer"),
        (attempt.first_token_ns, "first token"),
        (attempt.last_token_ns, _tokens_words(attempt)),
    )
    for at_ns, words in reached:
        if at_ns is not None:
            at_s = _since(exchange, at_ns)
            yield Moment(at_s=at_s, kind="step", words=words, where=attempt.endpoint)
    for touch in attempt.touches:
        words = f"fault {touch.fault}: {touch.action}" + (" (inferred)" if touch.inferred else "")
        at_s = _since(exchange, touch.at_ns)
        yield Moment(at_s=at_s, kind="fault", words=words, where=attempt.endpoint)
    if attempt.end_ns is not None:
        kind = "step" if attempt.outcome.succeeded else "error"
        words = f"attempt {attempt.ordinal + 1} ended: {outcome_words(attempt.outcome)}"
        at_s = _since(exchange, attempt.end_ns)
        yield Moment(at_s=at_s, kind=kind, words=words, where=attempt.endpoint)


def _head_words(attempt: Attempt) -> str:
    status = f"head of the answer: {attempt.status or 'no status'}"
    if attempt.retry_after_s is None:
        return status
    return f"{status}, retry after {amount(attempt.retry_after_s, 's')}"


def _tokens_words(attempt: Attempt) -> str:
    if attempt.largest_gap_ns is None:
        return "last token"
    return f"last token; largest gap {amount(seconds(attempt.largest_gap_ns), 's')}"


def _windows(exchange: Exchange, evidence: Evidence) -> Iterator[Moment]:
    """Yield where a fault window began or ended while the exchange went on, or just before."""
    for window, name in names_of(evidence.windows).items():
        for at_ns, what in ((window.start_ns, "begins"), (window.end_ns, "ends")):
            if _nearby(exchange, evidence, at_ns):
                where = ", ".join(window.endpoints)
                words = f"window {name} {what}"
                at_s = _since(exchange, at_ns)
                yield Moment(at_s=at_s, kind="window", words=words, where=where)


def _breakers(
    exchange: Exchange, evidence: Evidence, events: Iterable[EventFact]
) -> Iterator[Moment]:
    """Yield the changes of its own client's breakers."""
    for event in events:
        replica = event.facts.get("replica")
        if replica == exchange.replica and _nearby(exchange, evidence, event.at_ns):
            words = f"breaker of {event.subject}: {event.facts.get('state')}"
            at_s = _since(exchange, event.at_ns)
            where = f"client {replica}"
            yield Moment(at_s=at_s, kind="breaker", words=words, where=where)


def _nearby(exchange: Exchange, evidence: Evidence, at_ns: int) -> bool:
    near_ns = nanoseconds(NEARBY_S)
    end_ns = evidence.end_ns if exchange.end_ns is None else exchange.end_ns
    return exchange.planned_ns - near_ns <= at_ns <= end_ns + near_ns


def _since(exchange: Exchange, at_ns: int) -> float:
    return seconds(at_ns - exchange.planned_ns)
