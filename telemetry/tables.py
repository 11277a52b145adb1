"""The record as it is sealed: flat tables of what was seen, nothing in them derived twice.

Between rows and `Record`: `telemetry.assembly` makes these tables from rows, `telemetry.parquet`
keeps them, `telemetry.join` makes the record from them. So a record read from spools and one read
from sealed files come about in the same way.
"""

import msgspec

from telemetry.clock import ClockPair
from telemetry.exchange import Attempt, Exchange, Hop
from telemetry.record import EventFact, FaultFact, SpoolFact


class OtherHop(msgspec.Struct, frozen=True, kw_only=True):
    """A request that reached a proxy and belongs to no attempt of this run's."""

    hop: Hop
    trace_id: str = ""
    parent_span_id: str = ""


class Tables(msgspec.Struct, frozen=True, kw_only=True):
    """What the spools held, in canonical order whatever the order of reading was.

    `exchanges` carry no attempts and `attempts` no touches: those are joined when a record is
    made. Attempts whose exchange is on no row, and canaries, are here and not in the record.
    """

    run_tag: str
    clock: ClockPair
    exchanges: tuple[Exchange, ...]
    attempts: tuple[Attempt, ...]
    faults: tuple[FaultFact, ...]
    events: tuple[EventFact, ...]
    spools: tuple[SpoolFact, ...]
    other_hops: tuple[OtherHop, ...] = ()


class Counts(msgspec.Struct, frozen=True, kw_only=True):
    """How many rows of each kind there are; a spool may go only when both sides agree."""

    exchanges: int = 0
    exchange_ends: int = 0
    attempts: int = 0
    attempt_ends: int = 0
    hops: int = 0
    hop_ends: int = 0
    faults: int = 0
    events: int = 0
