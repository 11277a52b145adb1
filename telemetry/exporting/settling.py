"""Tells when all is known of an exchange, while its rows still come in. Pure.

An exchange is settled when it has ended, all its attempts and all its requests at the proxies have,
what stand-ins logged of it is there, and rows about it had time to arrive. What never settles is
taken with the rest when the run is over. Rows of settled exchanges are not kept. What a command
of somebody else's did becomes exchanges only then: its requests are put together by their bodies.
"""

from collections.abc import Collection, Iterable

import msgspec

from telemetry.assembly import Assembly
from telemetry.chains import COMMAND_END, COMMAND_START
from telemetry.identity import GATEWAY, is_canary, own_exchange
from telemetry.record import Record
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
    Opened,
)

OF_THE_RUN = frozenset(
    {
        "phase",
        "window_start",
        "window_end",
        "listener_closed",
        "listener_opened",
        COMMAND_START,
        COMMAND_END,
        "run_end",
    }
)
"""The events that spans rest on."""

Asked = tuple[str, str]
"""The trace and the span that a stand-in's log names."""


class Held(msgspec.Struct):
    """What has come of one exchange."""

    rows: list[tuple[str, AnyRow]] = []
    end_ns: int | None = None
    attempts: int = 0
    attempt_ends: int = 0
    answered: int = 0
    hops: int = 0
    hop_ends: int = 0
    fronted: bool = False
    asked: set[Asked] = set()


class Settling:
    """The exchanges of a run that are not settled yet."""

    def __init__(
        self,
        run_tag: str,
        grace_ns: int,
        stand_ins: Collection[str] = (),
        patience_ns: int | None = None,
    ) -> None:
        """`stand_ins`: the endpoints that log what they are asked.

        So long after its end an exchange counts as settled whatever is missing; None: never.
        """
        self._run_tag = run_tag
        self._patience_ns = patience_ns
        self._grace_ns = grace_ns
        self._stand_ins = frozenset(stand_ins)
        self._events: list[tuple[str, AnyRow]] = []
        self._held: dict[int, Held] = {}
        self._hops: dict[tuple[str, int], tuple[int, HopBegun]] = {}
        self._ended: set[int] = set()
        self._command = False
        self._asked: list[tuple[str, AnyRow]] = []
        self.over = False

    def take(self, spool: str, row: AnyRow) -> int | None:
        """Take a row; returns the number of the exchange that it is about."""
        if isinstance(row, Opened | Event):
            self._take_event(spool, row)
            return None
        if self._command:
            self._asked.append((spool, row))
            return None
        number = self._number(spool, row)
        if number is None or is_canary(number):
            return None
        held = self._held.setdefault(number, Held())
        held.rows.append((spool, row))
        self._count(held, spool, row)
        return number

    def settled(self, now_ns: int, logged: Collection[Asked] = ()) -> list[int]:
        """Return the exchanges of which all is known by now."""
        return sorted(number for number in self._ended if self._is_settled(number, now_ns, logged))

    def unsettled(self) -> list[int]:
        """Return all others."""
        return sorted(self._held)

    def rest(self) -> Record:
        """Return the record that all others make, and what a command did."""
        assembly = self._assembly(self._held)
        assembly.take_all(self._asked)
        return assembly.record(self._run_tag)

    def record(self, numbers: Iterable[int]) -> Record:
        """Return the record that these exchanges and the run's events make."""
        return self._assembly(numbers).record(self._run_tag)

    def drop(self, numbers: Iterable[int]) -> None:
        """Keep no more rows of these exchanges."""
        for number in numbers:
            for spool, row in self._held.pop(number).rows:
                if isinstance(row, HopBegun):
                    self._hops.pop((spool, row.hop), None)
            self._ended.discard(number)

    def _assembly(self, numbers: Iterable[int]) -> Assembly:
        assembly = Assembly()
        assembly.take_all(self._events)
        for number in numbers:
            assembly.take_all(self._held[number].rows)
        return assembly

    def _take_event(self, spool: str, row: Opened | Event) -> None:
        if isinstance(row, Event):
            if row.name not in OF_THE_RUN:
                return
            self.over = self.over or row.name == "run_end"
            self._command = self._command or row.name == COMMAND_START
        self._events.append((spool, row))

    def _number(self, spool: str, row: AnyRow) -> int | None:
        match row:
            case ExchangePlanned() | ExchangeEnded() | AttemptBegun() | AttemptEnded():
                return row.exchange
            case HopBegun():
                number = own_exchange(row.trace_id, self._run_tag)
                if number is not None:
                    self._hops[spool, row.hop] = (number, row)
                return number
            case FaultTouched() if row.trace_id:
                return own_exchange(row.trace_id, self._run_tag)
            case HopEnded() | FaultTouched():
                found = self._hops.get((spool, row.hop))
                return None if found is None else found[0]
            case _:
                return None

    def _count(self, held: Held, spool: str, row: AnyRow) -> None:
        match row:
            case ExchangeEnded():
                held.end_ns = row.end_ns
                self._ended.add(row.exchange)
            case AttemptBegun():
                held.attempts += 1
                held.fronted = held.fronted or row.endpoint == GATEWAY
            case AttemptEnded():
                held.attempt_ends += 1
                held.answered += row.status is not None
            case HopBegun():
                held.hops += 1
            case HopEnded():
                held.hop_ends += 1
                begun = self._hops[spool, row.hop][1]
                if row.asked_upstream and begun.endpoint in self._stand_ins:
                    held.asked.add((begun.trace_id, begun.parent_span_id))
            case _:
                pass

    def _is_settled(self, number: int, now_ns: int, logged: Collection[Asked]) -> bool:
        held = self._held[number]
        if held.end_ns is None or now_ns < held.end_ns + self._grace_ns:
            return False
        if self._patience_ns is not None and now_ns >= held.end_ns + self._patience_ns:
            return True
        if held.attempts != held.attempt_ends or held.hops != held.hop_ends:
            return False
        # A gateway's own requests are no attempts of ours: neither are they counted, nor logged so.
        if held.fronted:
            return True
        return held.hops >= held.answered and all(one in logged for one in held.asked)
