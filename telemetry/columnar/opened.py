"""Opens a sealed run in columns, where columns can tell what the run's exchanges would."""

import math
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

import msgspec

from telemetry.chains import is_command
from telemetry.columnar import relations
from telemetry.columnar.evidence import NEVER
from telemetry.columnar.text import listed, literal
from telemetry.database import Connection, connect_many, fetched, pattern
from telemetry.exchange import Exchange, Phase, Window
from telemetry.flat import FORMAT, Line, unflatten
from telemetry.identity import CANARY_FIRST_NUMBER, GATEWAY, own_exchange
from telemetry.join import closures, join
from telemetry.parquet import EVENTS, read_lines
from telemetry.record import EventFact, FaultFact, Record
from telemetry.run_folder import RunFolder
from telemetry.tables import Tables
from telemetry.windows import bare_windows_of, reach_of

_HEAD: Line = {
    "spool": "",
    "name": "record",
    "at_ns": 0,
    "subject": "",
    "facts": f'{{"format":{FORMAT},"run_tag":"","host":"","monotonic_ns":0,"wall_ns":0}}',
}
"""What says of lines that they are of our format."""

_COUNT = "SELECT count(*) FROM read_parquet($exchanges)"

_OTHERWISE = """
SELECT EXISTS (SELECT 1 FROM read_parquet($attempts) WHERE endpoint = $gateway OR ordinal < 0
               OR ordinal > 9999)
"""

# Rows of which each is larger than the one before are different rows, in whatever order they came.
_GROWING = """
SELECT (SELECT coalesce(bool_and(number > before AND trace_id > trace), true) FROM (
  SELECT number, trace_id, lag(number) OVER () AS before, lag(trace_id) OVER () AS trace
  FROM read_parquet($exchanges)))
AND (SELECT coalesce(bool_and(one > before), true) FROM (
  SELECT one, lag(one) OVER () AS before
  FROM (SELECT exchange * 10000 + ordinal AS one FROM read_parquet($attempts))))
"""

_TWICE = """
SELECT (SELECT count(*) > count(DISTINCT number) OR count(*) > count(DISTINCT trace_id)
        FROM read_parquet($exchanges))
  OR (SELECT count(*) > count(DISTINCT exchange * 10000 + ordinal) FROM read_parquet($attempts))
"""

_MOMENTS = """
SELECT (SELECT min(planned_ns) FROM read_parquet($exchanges) WHERE number < $canaries),
  (SELECT max(at_ns) FROM read_parquet($faults)),
  (SELECT max(greatest(planned_ns, CASE WHEN coalesce(end_ns, 0) = 0 THEN dispatched_ns
     ELSE end_ns END)) FROM read_parquet($exchanges) WHERE number < $canaries),
  (SELECT max(CASE WHEN coalesce(end_ns, 0) = 0 THEN begin_ns ELSE end_ns END)
   FROM read_parquet($attempts)
   SEMI JOIN (SELECT number AS exchange FROM read_parquet($exchanges) WHERE number < $canaries)
   USING (exchange))
"""


_LONE = """
SELECT count(*) FROM read_parquet($attempts) WHERE exchange < $canaries
  AND exchange NOT IN (SELECT number FROM read_parquet($exchanges))
"""

_SPANS = "SELECT exchange, span_id FROM read_parquet($attempts) WHERE exchange IN $numbers"

_SOME = {
    "exchanges": "SELECT * FROM read_parquet($exchanges) WHERE number IN $numbers",
    "attempts": "SELECT * FROM read_parquet($attempts) WHERE exchange IN $numbers",
    "faults": "SELECT * FROM read_parquet($faults) WHERE exchange IN $numbers",
}


class Columns(msgspec.Struct, frozen=True, kw_only=True):
    """A sealed run's files within reach of SQL.

    `tables` are those without exchanges, attempts and faults, `head` is the record of them.
    """

    database: Connection
    folder: RunFolder
    tables: Tables
    head: Record

    def moments(self) -> tuple[int, int]:
        """Return the first and the last moment on record; 0 for none."""
        rows = self.database.execute(_put(_MOMENTS, _names(self.folder))).fetchall()
        ((first, *last),) = rows
        told = [event.at_ns for event in self.head.events]
        start_ns = min([*told, *(() if first is None else (first,))], default=0)
        return start_ns, max([*told, *(at_ns for at_ns in last if at_ns is not None)], default=0)

    def record(self) -> Record:
        """Return the run's record without its exchanges, which stay where they are."""
        faults = (FaultFact(**line) for line in read_lines(self.folder.spans, "faults"))
        return msgspec.structs.replace(self.head, faults=tuple(faults), orphans=self._orphans())

    def some(self, numbers: Sequence[int]) -> tuple[Exchange, ...]:
        """Return some exchanges of the record, in its order."""
        names = _names(self.folder) | {"numbers": _numbered(numbers)}
        lines = {
            name: list(fetched(self.database.cursor().execute(_put(query, names))))
            for name, query in _SOME.items()
        }
        lines["exchanges"].sort(key=lambda line: (line["planned_ns"], line["number"]))
        lines["faults"].sort(key=lambda line: line["at_ns"])
        some = unflatten(lines | {EVENTS: [_HEAD]})
        return join(msgspec.structs.replace(some, events=self.tables.events)).exchanges

    def count(self) -> int:
        """Return how many exchanges the record has, once they are related."""
        ((count,),) = self.database.execute("SELECT count(*) FROM exchanges_told").fetchall()
        return int(count)

    def numbers(self) -> list[int]:
        """Return the exchanges' numbers in the record's order."""
        query = "SELECT number FROM exchanges_told ORDER BY planned_ns, number"
        return [number for (number,) in self.database.cursor().execute(query).fetchall()]

    def _orphans(self) -> int:
        """Count what `telemetry.join` does: attempts without exchange, requests without attempt."""
        names = _names(self.folder)
        ((lone,),) = self.database.execute(_put(_LONE, names)).fetchall()
        sent = {
            (number, other.parent_span_id)
            for other in self.tables.other_hops
            if (number := own_exchange(other.trace_id, self.tables.run_tag)) is not None
        }
        names["numbers"] = _numbered({number for number, _ in sent})
        known = set(self.database.execute(_put(_SPANS, names)).fetchall())
        return int(lone) + len(sent - known)

    def relate(self, phases: Sequence[Phase], until_ns: int) -> None:
        """Make the relations; what ended after `until_ns` is unfinished."""
        moments = {"until": str(until_ns), "never": str(NEVER)}
        names = _names(self.folder) | relations.OUTCOMES | moments
        names["phase"] = relations.phase_of(phases)
        execute = self.database.execute
        execute(relations.CLOSURES)
        closed = closures(self.head.events)
        for one in closed:
            end_ns = int(one.end_ns) if math.isfinite(one.end_ns) else NEVER
            row = f"{literal(one.endpoint)}, {literal(one.fault)}, {one.begin_ns}, {end_ns}"
            execute(f"INSERT INTO closures VALUES ({row})")  # noqa: S608 - quoted
        shut = (relations.REFUSALS, relations.CUTS) if closed else ()
        for template in (relations.TOUCHES, *shut, *relations.TABLES):
            execute(_put(template, names))
        for view in relations.views(phases):
            execute(view)

    def windows(
        self, events: Sequence[EventFact], may_miss: Collection[str] = ()
    ) -> tuple[Window, ...]:
        """Return the run's windows with what each touched, and keep their hits."""
        bare = bare_windows_of(events, record_end_ns=0, may_miss=may_miss)
        if bare != bare_windows_of(events, record_end_ns=NEVER, may_miss=may_miss):
            _, end_ns = self.moments()
            bare = bare_windows_of(events, record_end_ns=end_ns, may_miss=may_miss)
        return tuple(self._with_touched(i, window, bare) for i, window in enumerate(bare))

    def _with_touched(self, index: int, window: Window, bare: Sequence[Window]) -> Window:
        since_ns, until_ns = reach_of(window, bare)
        own = f"fault IN {listed(window.faults)}"
        own += f" AND at_ns >= {since_ns}" if math.isfinite(since_ns) else ""
        own += f" AND at_ns < {until_ns}" if math.isfinite(until_ns) else ""
        self.database.execute(relations.hits(index, own))
        query = relations.touched(window.start_ns, own)
        ((first_hit_ns, attempts, exchanges),) = self.database.execute(query).fetchall()
        return msgspec.structs.replace(
            window,
            first_hit_ns=first_hit_ns,
            touched_attempts=attempts,
            touched_exchanges=exchanges,
        )


def exchanges_in(folder: RunFolder) -> int:
    """Return how many exchanges a sealed run has."""
    with connect_many() as database:
        ((count,),) = database.execute(_put(_COUNT, _names(folder))).fetchall()
        return int(count)


def open_columns(path: Path) -> Columns | None:
    """Open a sealed run; None where only its exchanges can tell what it was.

    That is behind a gateway, of a command, and where rows are on record twice. Raises
    UnreadableRecordError.
    """
    folder = RunFolder(path)
    empty: dict[str, list[Line]] = {"exchanges": [], "attempts": [], "faults": []}
    tables = unflatten({EVENTS: read_lines(folder.spans, EVENTS), **empty})
    columns = Columns(database=connect_many(), folder=folder, tables=tables, head=join(tables))
    return None if is_command(tables.events) or _is_more(columns) else columns


def _is_more(columns: Columns) -> bool:
    """Tell whether there is more to the rows than columns say."""
    names = _names(columns.folder)

    def holds(query: str) -> bool:
        return bool(columns.database.execute(_put(query, names)).fetchall()[0][0])

    return holds(_OTHERWISE) or (not holds(_GROWING) and holds(_TWICE))


def _numbered(numbers: Iterable[int]) -> str:
    return "(" + (", ".join(map(str, numbers)) or "NULL") + ")"


def _names(folder: RunFolder) -> dict[str, str]:
    files = {"exchanges": folder.exchanges, "attempts": folder.attempts, "faults": folder.faults}
    return {name: literal(pattern(path)) for name, path in files.items()} | {
        "canaries": str(CANARY_FIRST_NUMBER),
        "gateway": literal(GATEWAY),
    }


def _put(template: str, names: dict[str, str]) -> str:
    for name in sorted(names, key=len, reverse=True):
        template = template.replace(f"${name}", names[name])
    return template
