"""Tables as flat rows and back: what a sealed file's line holds, column by column. Pure.

Rows of the events table without a spool are the record's own: `record` (run tag, clocks, format),
one `spool` per spool, and one `other_hop` per request that belongs to no attempt.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from telemetry.clock import ClockPair
from telemetry.columns import ATTEMPTS, EVENTS, EXCHANGES, FAULTS, HOP_PREFIX
from telemetry.exchange import Attempt, Exchange, Hop
from telemetry.outcome import Outcome
from telemetry.record import EventFact, FaultFact, Scalar, SpoolFact
from telemetry.tables import OtherHop, Tables

FORMAT = 2
"""Counts changes to the tables that an older reader would misread."""

Line = dict[str, Any]
"""One row: values by column name."""

_OWN = tuple(name for name in ATTEMPTS if not name.startswith(HOP_PREFIX))
_SEEN = tuple((name.removeprefix(HOP_PREFIX), name) for name in ATTEMPTS if name not in _OWN)
_HOP_NUMBER = HOP_PREFIX + "hop"

_FACTS: msgspec.json.Decoder[dict[str, Scalar]] = msgspec.json.Decoder(dict[str, Scalar])


class UnreadableRecordError(Exception):
    """The sealed tables do not hold what this version reads."""


def flatten(tables: Tables) -> dict[str, Iterator[Line]]:
    """Return the lines of each table, by the table's name."""
    return {
        "exchanges": (_line(exchange, EXCHANGES) for exchange in tables.exchanges),
        "attempts": (_attempt_line(attempt) for attempt in tables.attempts),
        "faults": (_line(fault, FAULTS) for fault in tables.faults),
        "events": (_event_line(event) for event in (*_own_events(tables), *tables.events)),
    }


def unflatten(lines: Mapping[str, Sequence[Line]]) -> Tables:
    """Return the tables that the lines hold; raises UnreadableRecordError."""
    head = check_format(lines["events"])
    events = [_event(line) for line in lines["events"]]
    own = [event for event in events if not event.spool]
    return Tables(
        run_tag=str(head["run_tag"]),
        clock=msgspec.convert(head, ClockPair),
        exchanges=tuple(_exchange(line) for line in lines["exchanges"]),
        attempts=tuple(_attempt(line) for line in lines["attempts"]),
        faults=tuple(FaultFact(**line) for line in lines["faults"]),
        events=tuple(event for event in events if event.spool),
        spools=tuple(_spool(event) for event in own if event.name == "spool"),
        other_hops=tuple(_other_hop(event) for event in own if event.name == "other_hop"),
    )


def check_format(events: Iterable[Line], where: str = "the sealed record") -> dict[str, Scalar]:
    """Return what the record says of itself; raises UnreadableRecordError for another format."""
    own = (line for line in events if line["name"] == "record" and not line["spool"])
    head = next((_FACTS.decode(line["facts"]) for line in own), {})
    found = head.get("format")
    if found == FORMAT:
        return head
    what = "it says none" if found is None else f"it is of format {found}"
    raise UnreadableRecordError(
        f"{where} is not of format {FORMAT}, the one that this version of Crosswind reads: {what}"
    )


def _line(row: msgspec.Struct, columns: Iterable[str]) -> Line:
    return {name: getattr(row, name) for name in columns}


def _attempt_line(attempt: Attempt) -> Line:
    hop = {} if attempt.hop is None else msgspec.structs.asdict(attempt.hop)
    return _line(attempt, _OWN) | {HOP_PREFIX + name: value for name, value in hop.items()}


def _event_line(event: EventFact) -> Line:
    line = _line(event, EVENTS)
    return line | {"facts": msgspec.json.encode(event.facts).decode()}


def _own_events(tables: Tables) -> Iterator[EventFact]:
    clock = msgspec.structs.asdict(tables.clock)
    yield _own("record", "", clock | {"run_tag": tables.run_tag, "format": FORMAT})
    for spool in tables.spools:
        yield _own("spool", spool.name, msgspec.structs.asdict(spool))
    for other in tables.other_hops:
        traced = {"trace_id": other.trace_id, "parent_span_id": other.parent_span_id}
        facts = msgspec.structs.asdict(other.hop) | traced
        yield _own("other_hop", other.hop.endpoint, facts, other.hop.begin_ns)


def _own(name: str, subject: str, facts: dict[str, Scalar], at_ns: int = 0) -> EventFact:
    return EventFact(spool="", name=name, at_ns=at_ns, subject=subject, facts=facts)


def _exchange(line: Line) -> Exchange:
    return Exchange(**line | {"outcome": Outcome(line["outcome"])})


def _attempt(line: Line) -> Attempt:
    own = {name: line[name] for name in _OWN}
    own["outcome"] = Outcome(line["outcome"])
    if line[_HOP_NUMBER] is not None:
        own["hop"] = msgspec.convert({field: line[name] for field, name in _SEEN}, Hop)
    return Attempt(**own)


def _event(line: Line) -> EventFact:
    return EventFact(**line | {"facts": _FACTS.decode(line["facts"])})


def _spool(event: EventFact) -> SpoolFact:
    return msgspec.convert(event.facts, SpoolFact)


def _other_hop(event: EventFact) -> OtherHop:
    return OtherHop(
        hop=msgspec.convert(event.facts, Hop),
        trace_id=str(event.facts["trace_id"]),
        parent_span_id=str(event.facts["parent_span_id"]),
    )
