"""Writes the sealed tables to Parquet files and reads them back, with DuckDB alone."""

from collections.abc import Iterator
from pathlib import Path

import msgspec

from telemetry.columns import TABLES
from telemetry.database import Connection, DatabaseError, connect, fetched, passage, pattern, quoted
from telemetry.flat import Line, UnreadableRecordError, check_format, flatten, unflatten
from telemetry.tables import Counts, Tables

SUFFIX = ".parquet"
EVENTS = "events"
ADDED_LATER = frozenset({"rpc_status", "hop_rpc_status"})
"""Columns that records of this format may lack: those that were sealed before there was one."""

_COUNTS = """
WITH own AS (SELECT facts ->> '$.end_ns' AS end_ns FROM read_parquet($events)
             WHERE spool = '' AND name = 'other_hop')
SELECT
  (SELECT count(*) FROM read_parquet($exchanges)) AS exchanges,
  (SELECT count(end_ns) FROM read_parquet($exchanges)) AS exchange_ends,
  (SELECT count(*) FROM read_parquet($attempts)) AS attempts,
  (SELECT count(end_ns) FROM read_parquet($attempts)) AS attempt_ends,
  (SELECT count(hop_hop) FROM read_parquet($attempts)) + (SELECT count(*) FROM own) AS hops,
  (SELECT count(hop_end_ns) FROM read_parquet($attempts))
    + (SELECT count(end_ns) FROM own) AS hop_ends,
  (SELECT count(*) FROM read_parquet($faults)) AS faults,
  (SELECT count(*) FROM read_parquet($events) WHERE spool <> '') AS events
"""


def write_tables(folder: Path, tables: Tables) -> None:
    """Write one file per table into `folder`; raises OSError when that cannot be done."""
    try:
        with connect() as database:
            for name, lines in flatten(tables).items():
                _write(database, folder, name, lines)
    except DatabaseError as error:
        raise OSError(str(error)) from error


def read_tables(folder: Path) -> Tables:
    """Read the tables back; raises UnreadableRecordError."""
    try:
        with connect() as database:
            lines = {EVENTS: _read(database, folder, EVENTS)}
            # Before the others are read: another format may have other columns.
            check_format(lines[EVENTS], f"the record in {folder}")
            others = (name for name in TABLES if name != EVENTS)
            lines.update({name: _read(database, folder, name) for name in others})
            return unflatten(lines)
    except (msgspec.MsgspecError, ValueError, TypeError, KeyError) as error:
        raise UnreadableRecordError(f"{folder} cannot be read: {error}") from error


def read_lines(folder: Path, name: str) -> list[Line]:
    """Read one table as it lies in its file; raises UnreadableRecordError."""
    with connect() as database:
        return _read(database, folder, name)


def sealed_counts(folder: Path) -> Counts:
    """Count what the files hold, to be compared with the spools; raises UnreadableRecordError."""
    try:
        with connect() as database:
            files = {name: pattern(folder / (name + SUFFIX)) for name in TABLES}
            (line,) = fetched(database.execute(_COUNTS, files))
            return Counts(**line)
    except DatabaseError as error:
        raise UnreadableRecordError(f"{folder} cannot be read: {error}") from error


def _write(database: Connection, folder: Path, name: str, lines: Iterator[Line]) -> None:
    target = quoted(str(folder / (name + SUFFIX)))
    with passage(folder, name, TABLES[name], lines) as source:
        database.execute(
            f"COPY (SELECT * FROM {source}) TO {target} (FORMAT parquet, COMPRESSION zstd)"  # noqa: S608 - our own names
        )


def _read(database: Connection, folder: Path, name: str) -> list[Line]:
    source = {"source": pattern(folder / (name + SUFFIX))}
    try:
        told = fetched(database.execute("DESCRIBE FROM read_parquet($source)", source))
        lacking = ADDED_LATER - {str(line["column_name"]) for line in told}
        columns = ", ".join(
            f'{"NULL AS " if column in lacking else ""}"{column}"' for column in TABLES[name]
        )
        query = f"SELECT {columns} FROM read_parquet($source)"  # noqa: S608 - our own columns
        return list(fetched(database.execute(query, source)))
    except DatabaseError as error:
        # What follows the first line is our own query.
        reason = str(error).partition("\n")[0]
        raise UnreadableRecordError(
            f"{folder / (name + SUFFIX)} cannot be read: {reason}"
        ) from error
