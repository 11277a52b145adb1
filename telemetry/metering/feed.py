"""Feeds a meter with the rows of a run that is under way; pure: who reads them hands them in."""

from collections import defaultdict

from telemetry.clock import ClockPair
from telemetry.identity import is_canary
from telemetry.metering.facts import Concluded, RunFacts
from telemetry.metering.meter import Meter
from telemetry.metering.point import Reading
from telemetry.metering.ripening import Ripening
from telemetry.record import EventFact
from telemetry.rows import AnyRow, Event, ExchangePlanned, Opened
from telemetry.spool import RowCount

CONDUCTOR = "conductor-"


class Feed:
    """One run's meter, fed by rows in the order in which they are read.

    Read again from the first row it says the same: what counts, counts from the run's start.
    """

    def __init__(self, facts: RunFacts) -> None:
        """Take what rows do not say."""
        self._facts = facts
        self._meter: Meter | None = None
        self._ripening = Ripening(facts.run_tag)
        self._counts: dict[str, RowCount] = defaultdict(RowCount)
        self._now_ns = 0

    def take(self, spool: str, row: AnyRow) -> None:
        """Take a row."""
        self._counts[spool].take(row)
        if isinstance(row, Opened):
            self._open(spool, row)
        if self._meter is None:
            return
        self._ripening.take(spool, row)
        match row:
            case ExchangePlanned() if not is_canary(row.exchange):
                self._meter.begin(row)
            case Event():
                self._meter.happen(_fact(spool, row))

    def reading(self, now_ns: int) -> Reading | None:
        """Return every metric as of now; None before the first spool was opened."""
        if self._meter is None:
            return None
        for exchange in self._ripening.ripe(now_ns):
            self._meter.end(exchange)
        return self._meter.reading(now_ns, self._rows_lost())

    def last_reading(self, now_ns: int, concluded: Concluded | None = None) -> Reading | None:
        """Return every metric once no more rows come: what never ended is unfinished."""
        if self._meter is None:
            return None
        for exchange in self._ripening.rest():
            self._meter.end(exchange)
        if concluded is not None:
            self._meter.conclude(concluded)
        return self._meter.reading(now_ns, self._rows_lost())

    def _open(self, spool: str, row: Opened) -> None:
        """Take a spool's reading of both clocks: the conductor's, else the first."""
        clock = ClockPair(host=row.host, monotonic_ns=row.monotonic_ns, wall_ns=row.wall_ns)
        if self._meter is None:
            self._meter = Meter(self._facts, clock)
        elif spool.startswith(CONDUCTOR):
            self._meter.clock = clock

    def _rows_lost(self) -> int:
        return sum(count.fact(name).lost for name, count in self._counts.items())


def _fact(spool: str, row: Event) -> EventFact:
    return EventFact(
        spool=spool, name=row.name, at_ns=row.at_ns, subject=row.subject, facts=row.facts
    )
