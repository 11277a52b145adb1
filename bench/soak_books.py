"""Whether every request of a soak is accounted for: what clients saw against its rows."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import msgspec

from bench.soak_faults import CLEAR, TLS
from bench.soak_load import LEFT, OPEN, REFUSED, UNASKED, FailedConnection, Told
from telemetry.identity import exchange_number
from telemetry.rows import Event, FaultTouched, HopBegun, HopEnded, SpoolEnded, decode_row

SLACK_NS = 100_000_000
"""How far outside of a closure a connection may fail: the fault is on record a moment later."""


class Books(msgspec.Struct):
    """What the injector wrote, added up."""

    begun: Counter[int]
    hops: set[int]
    ended: Counter[str]
    touched: Counter[str]
    strangers: int = 0
    in_order: bool = False
    dropped: int = 0
    closures: dict[str, list[tuple[int, int]]] = msgspec.field(default_factory=dict)


def read_books(spool: Path) -> Books:
    """Add a spool up."""
    books = Books(begun=Counter(), hops=set(), ended=Counter(), touched=Counter())
    closed: dict[str, int] = {}
    with spool.open("rb") as lines:
        for line in lines:
            row = decode_row(line)
            if isinstance(row, HopBegun):
                books.begun[exchange_number(row.trace_id) if row.trace_id else -1] += 1
                books.hops.add(row.hop)
            elif isinstance(row, HopEnded):
                books.ended[row.ending] += 1
                # One that was never begun, or ended twice, belongs to nobody.
                books.strangers += row.hop not in books.hops
                books.hops.discard(row.hop)
            elif isinstance(row, FaultTouched):
                books.touched[row.fault] += 1
            elif isinstance(row, Event):
                _note_closure(books, closed, row)
            elif isinstance(row, SpoolEnded):
                books.in_order, books.dropped = True, row.dropped
    return books


def _note_closure(books: Books, closed: dict[str, int], row: Event) -> None:
    if row.name == "listener_closed":
        closed[row.subject] = row.at_ns
    elif row.name == "listener_opened" and row.subject in closed:
        spell = (closed.pop(row.subject), row.at_ns)
        books.closures.setdefault(row.subject, []).append(spell)


class Balance(msgspec.Struct, frozen=True):
    """What was counted on both sides, and what does not add up."""

    sent: int
    rows: int
    crossed: int
    """Requests that met the RST of a closure on their way: no proxy has read them."""
    taken_back: int
    """Requests that their client's own RST overtook: a kernel drops what is not read by then."""
    missing: int
    twice: int
    unknown: int
    never_ended: int
    unexplained: tuple[FailedConnection, ...]
    """Failed connections outside of any closure of their listener."""

    @property
    def even(self) -> bool:
        """Tell whether it all adds up."""
        return self.sent == self.rows + self.crossed + self.taken_back and not (
            self.missing or self.twice or self.unknown or self.never_ended or self.unexplained
        )


def balance(books: Books, letters: bytes, told: Told) -> Balance:
    """Hold what was sent against what was written, exchange by exchange."""
    unsent = {ord(REFUSED), ord(UNASKED)}
    sent = {number for number, letter in enumerate(letters) if letter not in unsent}
    begun = books.begun
    clear, tls = (books.closures.get(name, []) for name in (CLEAR, TLS))
    missing = {number for number in sent if number not in begun}
    resets = [(closed_ns, closed_ns) for closed_ns, _ in clear]
    taken_back = {
        one for one in missing.intersection(told.left_unanswered) if letters[one] == ord(LEFT)
    }
    met = [told.unanswered[number] for number in missing if number in told.unanswered]
    crossed = sum(_during(since_ns, until_ns, resets) for since_ns, until_ns in met)
    return Balance(
        sent=len(sent),
        rows=begun.total(),
        crossed=crossed,
        taken_back=len(taken_back),
        missing=len(missing) - crossed - len(taken_back),
        twice=sum(count > 1 for count in begun.values()),
        unknown=sum(number not in sent for number in begun),
        never_ended=len(books.hops) + books.strangers + letters.count(ord(OPEN)),
        unexplained=(*_outside(told.clear_refused, clear), *_outside(told.tls_refused, tls)),
    )


def _outside(
    failed: Iterable[FailedConnection], closures: Sequence[tuple[int, int]]
) -> Iterator[FailedConnection]:
    return (one for one in failed if not _during(one.since_ns, one.until_ns, closures))


def _during(since_ns: int, until_ns: int, closures: Sequence[tuple[int, int]]) -> bool:
    return any(
        since_ns <= closed_until + SLACK_NS and until_ns >= closed_since - SLACK_NS
        for closed_since, closed_until in closures
    )
