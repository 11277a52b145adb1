"""The log of a run while it goes on: rows in as they are read, log events out when they are due.

What a row tells in advance (a phase's start and end) is held until then, and an exchange for a
moment after its end: what the proxies saw of it lies in other spools. Pure but for the function
that writes.
"""

import heapq
import itertools
from collections.abc import Callable, Iterator

import msgspec

from telemetry.assembly import NO_CLOCK
from telemetry.clock import ClockPair, nanoseconds
from telemetry.identity import GATEWAY, exchange_number, is_canary
from telemetry.logs.bounded import MOST_OF_EACH, Bounded
from telemetry.logs.events import of_event
from telemetry.logs.exchanges import Ended, Try, of_ended
from telemetry.logs.fact import LogFact
from telemetry.logs.made import started
from telemetry.outcome import Outcome
from telemetry.rows import (
    AnyRow,
    AttemptBegun,
    AttemptEnded,
    Event,
    ExchangeEnded,
    ExchangePlanned,
    HopBegun,
    HopEnded,
    Opened,
)

SETTLE_NS = nanoseconds(0.5)

TryRow = AttemptBegun | AttemptEnded | HopBegun | HopEnded
Write = Callable[[LogFact, ClockPair], None]
Due = tuple[int, int, LogFact | ExchangeEnded]
"""When, a number that keeps the order of coming, and what."""


class _Open(msgspec.Struct):
    """An exchange under way: its tries by what numbers them."""

    trace_id: str = ""
    tries: dict[tuple[str, int], Try] = {}


class LiveLog:
    """Takes the rows of a run in the order in which they arrive."""

    def __init__(self, write: Write, most: int = MOST_OF_EACH) -> None:
        """`write` is given each event with the clock that tells its wall time."""
        self._write = write
        self._bounded = Bounded(most)
        self._clock = NO_CLOCK
        self._open: dict[int, _Open] = {}
        self._hops: dict[tuple[str, int], int] = {}
        self._due: list[Due] = []
        self._order = itertools.count()
        self._last_ns = 0

    def take(self, spool: str, row: AnyRow) -> None:
        """Take one row of the named spool."""
        match row:
            case Opened() if row.role == "conductor" or not self._clock.host:
                self._start(row)
            case Event():
                self._last_ns = max(self._last_ns, row.at_ns)
                for fact in of_event(row):
                    self._hold(fact.at_ns, fact)
            case ExchangePlanned() if not is_canary(row.exchange):
                self._open.setdefault(row.exchange, _Open(row.trace_id))
            case ExchangeEnded() if row.exchange in self._open:
                self._hold(row.end_ns + SETTLE_NS, row)
            case AttemptBegun() | AttemptEnded() | HopBegun() | HopEnded():
                self._take_try(spool, row)

    def flush(self, now_ns: int) -> None:
        """Write what is due by `now_ns`."""
        while self._due and self._due[0][0] <= now_ns:
            self._tell(heapq.heappop(self._due)[2])

    def close(self) -> None:
        """Write what there is to the end of the run, and what was left out; the rest never was."""
        last_ns = self._last_ns
        for due_ns, _, what in sorted(self._due, key=lambda one: one[:2]):
            if due_ns <= last_ns or isinstance(what, ExchangeEnded):
                self._tell(what)
        self._due.clear()
        for fact in self._bounded.omitted(last_ns):
            self._write(fact, self._clock)

    def _start(self, row: Opened) -> None:
        known = bool(self._clock.host)
        self._clock = ClockPair(host=row.host, monotonic_ns=row.monotonic_ns, wall_ns=row.wall_ns)
        if not known:
            self._tell(started(self._clock))

    def _hold(self, due_ns: int, what: LogFact | ExchangeEnded) -> None:
        heapq.heappush(self._due, (due_ns, next(self._order), what))

    def _take_try(self, spool: str, row: TryRow) -> None:
        """Keep what an attempt was; behind a gateway the requests at the proxies are attempts.

        A proxy's row may be read before the row that planned its exchange.
        """
        if isinstance(row, AttemptBegun | AttemptEnded):
            number, key = row.exchange, ("", row.attempt)
        else:
            key = (spool, row.hop)
            number = self._number_of(row, key)
        if one := self._open.get(number):
            _keep(one.tries, key, row)

    def _number_of(self, row: HopBegun | HopEnded, key: tuple[str, int]) -> int:
        """Return the exchange that a request at a proxy belongs to, -1 for none that is told."""
        if isinstance(row, HopEnded):
            return self._hops.pop(key, -1)
        number = exchange_number(row.trace_id) if row.joined_by else -1
        if number < 0 or is_canary(number):
            return -1
        self._hops[key] = number
        self._open.setdefault(number, _Open(row.trace_id))
        return number

    def _tell(self, what: LogFact | ExchangeEnded) -> None:
        for fact in [what] if isinstance(what, LogFact) else self._of_exchange(what):
            if self._bounded.admits(fact):
                self._write(fact, self._clock)

    def _of_exchange(self, row: ExchangeEnded) -> Iterator[LogFact]:
        one = self._open.pop(row.exchange)
        fronted = any(each.endpoint == GATEWAY for each in one.tries.values())
        # Our own client's attempts are seen by the proxies too: each counts once.
        tries = [each for key, each in one.tries.items() if bool(key[0]) == fronted]
        served = [each.endpoint for each in tries if each.outcome.succeeded]
        by = (served[-1] if served else "") if row.served_by == GATEWAY else row.served_by
        return of_ended(
            Ended(row.exchange, one.trace_id, row.end_ns, row.outcome, by, tuple(tries))
        )


def _keep(tries: dict[tuple[str, int], Try], key: tuple[str, int], row: TryRow) -> None:
    if isinstance(row, AttemptBegun | HopBegun):
        tries[key] = Try(row.endpoint, Outcome.UNFINISHED)
    elif key in tries and row.outcome is not None:
        tries[key] = Try(tries[key].endpoint, row.outcome)
