"""One row per event that a process told: phases, breakers, probes, the generator's own state."""

from collections.abc import Iterator

import msgspec

from telemetry.record import EventFact
from telemetry.view import Column, Seen, View


class _Row(msgspec.Struct, frozen=True, kw_only=True):
    seen: Seen
    event: EventFact


def _rows(seen: Seen) -> Iterator[_Row]:
    for event in seen.record.events:
        yield _Row(seen=seen, event=event)


VIEW: View[_Row] = View(
    name="events",
    doc=str(__doc__),
    rows=_rows,
    columns=(
        Column("at_s", "DOUBLE", "when", lambda r: r.seen.at_s(r.event.at_ns)),
        Column("name", "VARCHAR", "what kind of event", lambda r: r.event.name),
        Column("subject", "VARCHAR", "what it is about", lambda r: r.event.subject or None),
        Column("spool", "VARCHAR", "the process that told it", lambda r: r.event.spool),
        Column(
            "facts",
            "JSON",
            "the rest, as told: `facts ->> 'status'`; `*_ns` are nanoseconds as in `run.zero_ns`",
            lambda r: r.event.facts,
        ),
    ),
)
