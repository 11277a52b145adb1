"""Where a record cannot be true: effects before their causes, rows about what was never begun.

Pure. On one host all rows carry the same clock, so an answer before its question means that rows
of another clock, or of another run, have got in between.
"""

from collections.abc import Iterator

from telemetry.clock import nanoseconds
from telemetry.columnar.evidence import ColumnarEvidence
from telemetry.columnar.tallies import early
from telemetry.exchange import Attempt, Evidence, Exchange
from telemetry.record import Record
from telemetry.shares import counted

SLACK_NS = nanoseconds(0.001)
"""What is rounded, or read a moment too late, is no contradiction."""


def contradictions(record: Record, evidence: Evidence) -> Iterator[str]:
    """Yield what cannot be true, a sentence each."""
    count, first = _early(evidence)
    if count:
        yield (
            f"{counted(count, 'exchange')} with effects before their causes, "
            f"the first {first}: these are times of more than one clock"
        )
    if repeated := _repeated(evidence):
        yield f"{counted(repeated, 'row')} of exchanges or attempts on record twice"
    if record.orphans:
        found = counted(record.orphans, "attempt")
        yield f"{found} on record of an exchange, or a client, that is not: rows are missing"


def _early(evidence: Evidence) -> tuple[int, str]:
    """Count the exchanges in which that is so; the first one's trace id."""
    if isinstance(evidence, ColumnarEvidence):
        return early(evidence, SLACK_NS)
    found = [exchange for exchange in evidence.exchanges if _is_out_of_order(exchange)]
    return len(found), found[0].trace_id if found else ""


def _repeated(evidence: Evidence) -> int:
    """Count what is there more than once: copies would dilute every share."""
    if isinstance(evidence, ColumnarEvidence):
        return 0  # it would not have been opened
    exchanges = len(evidence.exchanges) - len({e.number for e in evidence.exchanges})
    return exchanges + sum(
        len(e.attempts) - len({(a.ordinal, a.endpoint, a.begin_ns) for a in e.attempts})
        for e in evidence.exchanges
    )


def _is_out_of_order(exchange: Exchange) -> bool:
    begun_ns, ended_ns = exchange.dispatched_ns, exchange.end_ns
    pairs = [(exchange.planned_ns, begun_ns), (begun_ns, ended_ns)]
    for attempt in exchange.attempts:
        if exchange.front is not None:
            # A gateway may go on when its client has left.
            pairs += [(begun_ns, attempt.begin_ns), *_pairs(attempt)]
            continue
        pairs += [(begun_ns, attempt.begin_ns), (attempt.begin_ns, ended_ns), *_pairs(attempt)]
    return any(after is not None and after < before - SLACK_NS for before, after in pairs)


def _pairs(attempt: Attempt) -> Iterator[tuple[int, int | None]]:
    """Yield moments of an attempt: the second cannot come before the first."""
    begin_ns, end_ns = attempt.begin_ns, attempt.end_ns
    for moment in (end_ns, attempt.head_ns, attempt.first_byte_ns, attempt.first_token_ns):
        yield begin_ns, moment
    if attempt.first_token_ns is not None:
        yield attempt.first_token_ns, end_ns
    if attempt.hop is not None:
        yield begin_ns, attempt.hop.begin_ns
    for touch in attempt.touches:
        yield begin_ns, touch.at_ns
