"""Everything that a run saw, read back: what judging, reporting and exporting start from."""

import msgspec

from telemetry.clock import ClockPair
from telemetry.exchange import Exchange, Hop

Scalar = str | int | float | bool | None


class EventFact(msgspec.Struct, frozen=True, kw_only=True):
    """One event row with the spool that it came from (`injector-0`, `worker-0`, ...)."""

    spool: str
    name: str
    at_ns: int
    subject: str = ""
    facts: dict[str, Scalar] = {}


class FaultFact(msgspec.Struct, frozen=True, kw_only=True):
    """One attestation row; `exchange` is None for a bystander."""

    spool: str
    fault: str
    hop: int
    endpoint: str
    action: str
    at_ns: int
    trace_id: str = ""
    parent_span_id: str = ""
    asked_upstream: bool = False
    key_source: str = "attempt"
    exchange: int | None = None


class SpoolFact(msgspec.Struct, frozen=True, kw_only=True):
    """One spool: its rows read, rows missing by sequence number or dropped, and if it ended."""

    name: str
    role: str
    rows: int
    lost: int
    ended: bool


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """A run's rows, joined.

    `exchanges` are this run's in planned order, without canaries. `other_hops` reached a proxy but
    belong to no attempt of this run's: canaries' and bystanders'; `trace_ids` of those, in the
    same order, lie in `other_traces`. `orphans` counts attempts without their exchange, and
    requests of this run's at a proxy without their attempt: none, if no row is missing.
    """

    run_tag: str
    clock: ClockPair
    exchanges: tuple[Exchange, ...]
    events: tuple[EventFact, ...]
    faults: tuple[FaultFact, ...]
    spools: tuple[SpoolFact, ...]
    other_hops: tuple[Hop, ...] = ()
    other_traces: tuple[str, ...] = ()
    orphans: int = 0

    def named(self, name: str) -> tuple[EventFact, ...]:
        """Return the events of a name, in time order."""
        return tuple(event for event in self.events if event.name == name)
