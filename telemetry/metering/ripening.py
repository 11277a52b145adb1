"""Exchanges out of rows while a run goes on, each once, when nothing more is to come of it; pure.

They are joined by the same code as the sealed record. An exchange is ripe a moment after its end,
once every attempt and every request at a proxy that it began has ended, or when waiting longer
would keep it back for a straggler. What a command of somebody else's did becomes exchanges only at
the end, since its requests are put together by their bodies.
"""

from collections import defaultdict
from collections.abc import Iterable

import msgspec

from telemetry.assembly import Assembly
from telemetry.chains import COMMAND_END, COMMAND_START
from telemetry.clock import nanoseconds
from telemetry.exchange import Exchange
from telemetry.identity import is_canary, own_exchange
from telemetry.rows import (
    AnyRow,
    AttemptBegun,
    AttemptEnded,
    Event,
    ExchangeEnded,
    ExchangePlanned,
    FaultTouched,
    HopBegun,
    HopEnded,
)

SETTLED_NS = nanoseconds(0.5)
"""How long after its end rows of other processes may still come: they write every 50 ms."""
PATIENCE_NS = nanoseconds(10.0)

JOINED_BY = frozenset({"listener_closed", "listener_opened", COMMAND_START, COMMAND_END})
"""The events that decide what an attempt's end means."""

SpooledRow = tuple[str, AnyRow]


class _Growing(msgspec.Struct):
    """The rows of one exchange so far; `open`: attempts and hops that have not ended."""

    rows: list[SpooledRow] = []
    open: int = 0
    end_ns: int | None = None


class Ripening:
    """Takes the rows of a run's spools and gives its exchanges."""

    def __init__(self, run_tag: str) -> None:
        """`run_tag` tells this run's traces from others'."""
        self._run_tag = run_tag
        self._growing: dict[int, _Growing] = defaultdict(_Growing)
        self._hops: dict[tuple[str, int], int] = {}
        self._told: list[SpooledRow] = []
        self._kept: list[SpooledRow] = []
        self._command = False
        self._done: set[int] = set()
        self.late = 0
        """Rows that came for an exchange that had been given already."""

    def take(self, spool: str, row: AnyRow) -> None:
        """Take a row; rows that are about no exchange of this run's are passed over."""
        if isinstance(row, Event):
            if row.name in JOINED_BY:
                self._told.append((spool, row))
                self._command = self._command or row.name == COMMAND_START
        elif self._command:
            self._kept.append((spool, row))
        else:
            self._grow(spool, row)

    def ripe(self, now_ns: int) -> tuple[Exchange, ...]:
        """Return the exchanges that became ripe by now, in planned order."""
        numbers = [number for number, one in self._growing.items() if _is_ripe(one, now_ns)]
        return self._picked(numbers)

    def rest(self) -> tuple[Exchange, ...]:
        """Return what is left once no more rows come: what never ended is unfinished."""
        if self._command:
            return self._made(self._kept)
        return self._picked(list(self._growing))

    def _grow(self, spool: str, row: AnyRow) -> None:
        number = self._number_of(spool, row)
        if number is None or is_canary(number):
            return
        if number in self._done:
            self.late += 1
            return
        growing = self._growing[number]
        growing.rows.append((spool, row))
        growing.open += isinstance(row, AttemptBegun | HopBegun)
        growing.open -= isinstance(row, AttemptEnded | HopEnded)
        if isinstance(row, ExchangeEnded):
            growing.end_ns = row.end_ns

    def _number_of(self, spool: str, row: AnyRow) -> int | None:
        match row:
            case ExchangePlanned() | ExchangeEnded() | AttemptBegun() | AttemptEnded():
                return row.exchange
            case HopBegun():
                number = own_exchange(row.trace_id, self._run_tag)
                if number is not None:
                    self._hops[spool, row.hop] = number
                return number
            case HopEnded():
                return self._hops.pop((spool, row.hop), None)
            case FaultTouched():
                return own_exchange(row.trace_id, self._run_tag) or self._hops.get((spool, row.hop))
            case _:
                return None

    def _picked(self, numbers: Iterable[int]) -> tuple[Exchange, ...]:
        rows: list[SpooledRow] = []
        for number in numbers:
            rows += self._growing.pop(number).rows
            self._done.add(number)
        return self._made(rows) if rows else ()

    def _made(self, rows: Iterable[SpooledRow]) -> tuple[Exchange, ...]:
        assembly = Assembly()
        assembly.take_all(self._told)
        assembly.take_all(rows)
        return assembly.record(self._run_tag).exchanges


def _is_ripe(growing: _Growing, now_ns: int) -> bool:
    if growing.end_ns is None:
        return False
    wait_ns = PATIENCE_NS if growing.open > 0 else SETTLED_NS
    return growing.end_ns + wait_ns <= now_ns
