"""Exchanges out of rows while a run goes on, each once, when nothing more is to come of it; pure.

They are joined by the same code as the sealed record, and settle as those that are exported do, or
when waiting longer would keep them back for a straggler.
"""

from telemetry.clock import nanoseconds
from telemetry.exchange import Exchange
from telemetry.exporting.settling import Settling
from telemetry.rows import AnyRow

SETTLED_NS = nanoseconds(0.5)
"""How long after its end rows of other processes may still come: they write every 50 ms."""
PATIENCE_NS = nanoseconds(10.0)


class Ripening:
    """Takes the rows of a run's spools and gives its exchanges."""

    def __init__(self, run_tag: str) -> None:
        """`run_tag` tells this run's traces from others'."""
        self._settling = Settling(run_tag, SETTLED_NS, patience_ns=PATIENCE_NS)
        self._done: set[int] = set()
        self.late = 0
        """Rows that came for an exchange that had been given already."""

    def take(self, spool: str, row: AnyRow) -> None:
        """Take a row; rows that are about no exchange of this run's are passed over."""
        number = self._settling.take(spool, row)
        if number is not None and number in self._done:
            self.late += 1
            self._settling.drop([number])

    def ripe(self, now_ns: int) -> tuple[Exchange, ...]:
        """Return the exchanges that became ripe by now, in planned order."""
        numbers = self._settling.settled(now_ns)
        if not numbers:
            return ()
        exchanges = self._settling.record(numbers).exchanges
        self._settling.drop(numbers)
        self._done.update(numbers)
        return exchanges

    def rest(self) -> tuple[Exchange, ...]:
        """Return what is left once no more rows come: what never ended is unfinished."""
        return self._settling.rest().exchanges
