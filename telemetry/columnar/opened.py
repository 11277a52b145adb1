"""Opens a sealed run in columns, where columns can tell what the run's exchanges would."""

import math
from collections.abc import Collection, Sequence
from pathlib import Path

import msgspec

from telemetry.chains import is_command
from telemetry.columnar import relations
from telemetry.columnar.evidence import NEVER, Database
from telemetry.columnar.text import listed, literal
from telemetry.database import connect_many, pattern
from telemetry.exchange import Phase, Window
from telemetry.flat import unflatten
from telemetry.identity import CANARY_FIRST_NUMBER, GATEWAY
from telemetry.join import closures, join
from telemetry.parquet import EVENTS, read_lines
from telemetry.record import EventFact, Record
from telemetry.run_folder import RunFolder
from telemetry.windows import bare_windows_of, reach_of

_COUNT = "SELECT count(*) FROM read_parquet($exchanges)"

# What happens once for each of them cannot be told where rows are there twice.
_TWICE = """
SELECT (SELECT count(*) > count(DISTINCT number) OR count(*) > count(DISTINCT trace_id)
        FROM read_parquet($exchanges))
  OR EXISTS (SELECT 1 FROM read_parquet($attempts) WHERE endpoint = $gateway OR ordinal < 0
             OR ordinal > 9999)
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


class Columns(msgspec.Struct, frozen=True, kw_only=True):
    """A sealed run's files within reach of SQL.

    `head` is its record without exchanges, faults and their joins. `start_ns` and `end_ns` are the
    first and the last moment on record.
    """

    database: Database
    folder: RunFolder
    head: Record
    start_ns: int
    end_ns: int

    def relate(self, phases: Sequence[Phase], until_ns: int) -> None:
        """Make the relations; what ended after `until_ns` is unfinished."""
        moments = {"until": str(until_ns), "never": str(NEVER)}
        names = _names(self.folder) | relations.OUTCOMES | moments
        names["phase"] = relations.phase_of(phases)
        execute = self.database.execute
        execute(relations.CLOSURES)
        for closed in closures(self.head.events):
            end_ns = int(closed.end_ns) if math.isfinite(closed.end_ns) else NEVER
            row = f"{literal(closed.endpoint)}, {literal(closed.fault)}, {closed.begin_ns}, {end_ns}"
            execute(f"INSERT INTO closures VALUES ({row})")  # noqa: S608 - quoted
        for template in (
            relations.TOUCHES,
            relations.REFUSALS,
            relations.CUTS,
            relations.ATTEMPTS,
            relations.SEVERAL,
            relations.EXCHANGES,
            relations.HELD,
            relations.HITS,
        ):
            execute(_put(template, names))
        for view in relations.views(phases):
            execute(view)

    def windows(
        self, events: Sequence[EventFact], may_miss: Collection[str] = ()
    ) -> tuple[Window, ...]:
        """Return the run's windows with what each touched, and keep their hits."""
        bare = bare_windows_of(events, record_end_ns=self.end_ns, may_miss=may_miss)
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
    empty = {"exchanges": [], "attempts": [], "faults": []}
    head = join(unflatten({EVENTS: read_lines(folder.spans, EVENTS), **empty}))
    database, names = connect_many(), _names(folder)
    if is_command(head.events) or database.execute(_put(_TWICE, names)).fetchall()[0][0]:
        return None
    ((first, *last),) = database.execute(_put(_MOMENTS, names)).fetchall()
    told = [event.at_ns for event in head.events]
    return Columns(
        database=database,
        folder=folder,
        head=head,
        start_ns=min([*told, *(() if first is None else (first,))], default=0),
        end_ns=max([*told, *(at_ns for at_ns in last if at_ns is not None)], default=0),
    )


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
