"""Puts rows together: exchanges with their attempts, attempts with what the proxy saw.

Incremental and pure: rows come one by one, in any order across spools, and the tables do not
depend on that order. A begin without an end is in flight, or was when its process died.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator
from typing import Any, TypeVar

import msgspec

from telemetry.clock import ClockPair
from telemetry.exchange import Attempt, Exchange, Hop
from telemetry.identity import GATEWAY, RUN_TAG_HEX_LENGTH, own_exchange
from telemetry.join import join
from telemetry.outcome import Outcome
from telemetry.record import EventFact, FaultFact, Record, SpoolFact
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
    Row,
)
from telemetry.tables import Counts, OtherHop, Tables

R = TypeVar("R", bound=Row)
K = TypeVar("K", bound=Hashable)

AttemptId = tuple[int, int]
HopId = tuple[str, int]

NO_CLOCK = ClockPair(host="", monotonic_ns=0, wall_ns=0)


class Kept(dict[K, tuple[str, R]]):
    """Rows by what they are about, each with its spool; of two about the same, the first one."""

    def keep(self, key: K, spool: str, row: R) -> None:
        """Take a row; which of two is first does not depend on the order of reading."""
        held = self.get(key)
        if held is None or (spool, row.seq) < (held[0], held[1].seq):
            self[key] = (spool, row)

    def row(self, key: K) -> R | None:
        """Return the row about `key`, None when there is none."""
        held = self.get(key)
        return None if held is None else held[1]


class Assembly:
    """Takes rows and tells, at any time, what they add up to."""

    def __init__(self) -> None:
        self._counts: Counter[type] = Counter()
        self._opened: Kept[str, Opened] = Kept()
        self._exchanges: Kept[int, ExchangePlanned] = Kept()
        self._exchange_ends: Kept[int, ExchangeEnded] = Kept()
        self._attempts: Kept[AttemptId, AttemptBegun] = Kept()
        self._attempt_ends: Kept[AttemptId, AttemptEnded] = Kept()
        self._hops: Kept[HopId, HopBegun] = Kept()
        self._hop_ends: Kept[HopId, HopEnded] = Kept()
        self._faults: list[tuple[str, FaultTouched]] = []
        self._events: list[tuple[str, Event]] = []

    def take(self, spool: str, row: AnyRow) -> None:
        """Take one row of the named spool."""
        self._counts[type(row)] += 1
        match row:
            case ExchangePlanned():
                self._exchanges.keep(row.exchange, spool, row)
            case AttemptBegun():
                self._attempts.keep((row.exchange, row.attempt), spool, row)
            case HopBegun():
                self._hops.keep((spool, row.hop), spool, row)
            case ExchangeEnded() | AttemptEnded() | HopEnded():
                self._take_end(spool, row)
            case _:
                self._take_fact(spool, row)

    def _take_end(self, spool: str, row: ExchangeEnded | AttemptEnded | HopEnded) -> None:
        match row:
            case ExchangeEnded():
                self._exchange_ends.keep(row.exchange, spool, row)
            case AttemptEnded():
                self._attempt_ends.keep((row.exchange, row.attempt), spool, row)
            case HopEnded():
                self._hop_ends.keep((spool, row.hop), spool, row)

    def _take_fact(self, spool: str, row: AnyRow) -> None:
        match row:
            case FaultTouched():
                self._faults.append((spool, row))
            case Event():
                self._events.append((spool, row))
            case Opened():
                self._opened.keep(spool, spool, row)

    def take_all(self, rows: Iterable[tuple[str, AnyRow]]) -> None:
        """Take many rows, each with its spool's name."""
        for spool, row in rows:
            self.take(spool, row)

    @property
    def counts(self) -> Counts:
        """How many rows of each kind were taken."""
        taken = self._counts
        return Counts(
            exchanges=taken[ExchangePlanned],
            exchange_ends=taken[ExchangeEnded],
            attempts=taken[AttemptBegun],
            attempt_ends=taken[AttemptEnded],
            hops=taken[HopBegun],
            hop_ends=taken[HopEnded],
            faults=taken[FaultTouched],
            events=taken[Event],
        )

    @property
    def run_tag(self) -> str:
        """The run tag that the planned exchanges carry; empty before the first."""
        if not self._exchanges:
            return ""
        return self._exchanges[min(self._exchanges)][1].trace_id[:RUN_TAG_HEX_LENGTH]

    def tables(self, run_tag: str, spools: Iterable[SpoolFact] = ()) -> Tables:
        """Return everything taken so far, joined as far as the rows themselves go."""
        hops, other = self._joined_hops(run_tag)
        exchanges = sorted(self._made_exchanges(), key=lambda one: (one.planned_ns, one.number))
        return Tables(
            run_tag=run_tag,
            clock=self._clock(),
            exchanges=tuple(exchanges),
            attempts=tuple(self._made_attempts(hops)),
            faults=tuple(self._made_faults(run_tag)),
            events=tuple(self._made_events()),
            spools=tuple(spools),
            other_hops=tuple(other),
        )

    def record(self, run_tag: str, spools: Iterable[SpoolFact] = ()) -> Record:
        """Return the record that the rows taken so far make."""
        return join(self.tables(run_tag, spools))

    def _clock(self) -> ClockPair:
        """Return the conductor's reading of both clocks, else the first spool's by name."""
        if not self._opened:
            return NO_CLOCK
        row = self._opened[min(self._opened, key=lambda name: (_role(name) != "conductor", name))][
            1
        ]
        return ClockPair(host=row.host, monotonic_ns=row.monotonic_ns, wall_ns=row.wall_ns)

    def _made_exchanges(self) -> Iterator[Exchange]:
        for number, (_, row) in self._exchanges.items():
            end = self._exchange_ends.row(number)
            yield Exchange(
                number=number,
                trace_id=row.trace_id,
                replica=row.replica,
                planned_ns=row.planned_ns,
                dispatched_ns=row.dispatched_ns,
                prompt_tokens=row.prompt_tokens,
                output_tokens=row.output_tokens,
                stream=row.stream,
                end_ns=end.end_ns if end else None,
                outcome=end.outcome if end else Outcome.UNFINISHED,
                believed_ok=end.believed_ok if end else False,
                served_by=end.served_by if end else "",
            )

    def _made_attempts(self, hops: dict[AttemptId, Hop]) -> Iterator[Attempt]:
        for identity in sorted(self._attempts):
            row = self._attempts[identity][1]
            yield Attempt(
                exchange=row.exchange,
                ordinal=row.attempt,
                endpoint=row.endpoint,
                key=row.key,
                span_id=row.span_id,
                begin_ns=row.begin_ns,
                hop=hops.get(identity),
                **_facts(self._attempt_ends.row(identity), "exchange", "attempt"),
            )

    def _joined_hops(self, run_tag: str) -> tuple[dict[AttemptId, Hop], list[OtherHop]]:
        """Give each attempt the first hop that carries its trace and span; the rest are others.

        What a client sent to a gateway is no hop's: a gateway may pass its trace context on as it
        came, as often as it tries.
        """
        spans = {
            (row.exchange, row.span_id): key
            for key, (_, row) in self._attempts.items()
            if row.endpoint != GATEWAY
        }
        joined: dict[AttemptId, Hop] = {}
        other: list[OtherHop] = []
        for spool, row in _in_order(self._hops.values(), lambda begun: begun.begin_ns):
            exchange = own_exchange(row.trace_id, run_tag)
            attempt = None if exchange is None else spans.get((exchange, row.parent_span_id))
            hop = self._made_hop(spool, row)
            if attempt is None or attempt in joined:
                trace, parent = row.trace_id, row.parent_span_id
                other.append(OtherHop(hop=hop, trace_id=trace, parent_span_id=parent))
            else:
                joined[attempt] = hop
        return joined, other

    def _made_hop(self, spool: str, row: HopBegun) -> Hop:
        return Hop(
            proxy=spool,
            hop=row.hop,
            endpoint=row.endpoint,
            begin_ns=row.begin_ns,
            joined_by=row.joined_by,
            body_hash=row.body_hash,
            retry_count=row.retry_count,
            stream=row.stream,
            **_facts(self._hop_ends.row((spool, row.hop)), "hop"),
        )

    def _made_faults(self, run_tag: str) -> Iterator[FaultFact]:
        for spool, row in _in_order(self._faults, lambda touched: touched.at_ns):
            begun = self._hops.row((spool, row.hop))
            trace = row.trace_id or (begun.trace_id if begun else "")
            yield FaultFact(
                spool=spool,
                fault=row.fault,
                hop=row.hop,
                endpoint=row.endpoint,
                action=row.action,
                at_ns=row.at_ns,
                trace_id=trace,
                parent_span_id=row.parent_span_id or (begun.parent_span_id if begun else ""),
                asked_upstream=row.asked_upstream,
                key_source=row.key_source,
                exchange=own_exchange(trace, run_tag),
            )

    def _made_events(self) -> Iterator[EventFact]:
        for spool, row in _in_order(self._events, lambda event: event.at_ns):
            yield EventFact(
                spool=spool, name=row.name, at_ns=row.at_ns, subject=row.subject, facts=row.facts
            )


def _in_order(held: Iterable[tuple[str, R]], at_ns: Callable[[R], int]) -> list[tuple[str, R]]:
    """Sort rows by time; of those at one time, by spool and number."""
    return sorted(held, key=lambda one: (at_ns(one[1]), one[0], one[1].seq))


def _facts(ended: Row | None, *about: str) -> dict[str, Any]:
    """Return what an end row adds, without what it says of whose end it is."""
    if ended is None:
        return {}
    return {
        name: value
        for name, value in msgspec.structs.asdict(ended).items()
        if name not in about and name != "seq"
    }


def _role(spool: str) -> str:
    return spool.rpartition("-")[0]
