"""Writes the sealed tables to Parquet files and reads them back, with DuckDB alone.

The one module that imports DuckDB. Lines pass through a temporary JSON file per table, which
DuckDB reads with explicit column types, so that 64-bit times stay exact.
"""

from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

import duckdb
import msgspec

from telemetry.columns import TABLES, Columns
from telemetry.flat import Line, UnreadableRecordError, flatten, unflatten
from telemetry.tables import Counts, Tables

SUFFIX = ".parquet"
_LINES_AT_ONCE = 10_000
_ENCODER = msgspec.json.Encoder()

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
        with _connect() as database:
            for name, lines in flatten(tables).items():
                _write(database, folder, name, lines)
    except duckdb.Error as error:
        raise OSError(str(error)) from error


def read_tables(folder: Path) -> Tables:
    """Read the tables back; raises UnreadableRecordError."""
    try:
        with _connect() as database:
            return unflatten({name: _read(database, folder, name) for name in TABLES})
    except (msgspec.MsgspecError, ValueError, TypeError, KeyError) as error:
        raise UnreadableRecordError(f"{folder} cannot be read: {error}") from error


def sealed_counts(folder: Path) -> Counts:
    """Count what the files hold, to be compared with the spools; raises UnreadableRecordError."""
    try:
        with _connect() as database:
            files = {name: _pattern(folder / (name + SUFFIX)) for name in TABLES}
            (line,) = _lines(database.execute(_COUNTS, files))
            return Counts(**line)
    except duckdb.Error as error:
        raise UnreadableRecordError(f"{folder} cannot be read: {error}") from error


def _connect() -> duckdb.DuckDBPyConnection:
    """Open a database in memory that uses one core and fetches nothing."""
    return duckdb.connect(config={"threads": 1, "autoinstall_known_extensions": False})


def _write(
    database: duckdb.DuckDBPyConnection, folder: Path, name: str, lines: Iterator[Line]
) -> None:
    passage = folder / (name + ".ndjson")
    try:
        with passage.open("wb") as file:
            while batch := list(islice(lines, _LINES_AT_ONCE)):
                file.write(_ENCODER.encode_lines(batch))
        target = _quoted(str(folder / (name + SUFFIX)))
        database.execute(
            f"COPY (SELECT * FROM read_json($source, format = 'newline_delimited', "  # noqa: S608 - our own names
            f"columns = {_types(TABLES[name])})) TO {target} (FORMAT parquet, COMPRESSION zstd)",
            {"source": _pattern(passage)},
        )
    finally:
        passage.unlink(missing_ok=True)


def _read(database: duckdb.DuckDBPyConnection, folder: Path, name: str) -> Iterable[Line]:
    columns = ", ".join(f'"{column}"' for column in TABLES[name])
    source = {"source": _pattern(folder / (name + SUFFIX))}
    query = f"SELECT {columns} FROM read_parquet($source)"  # noqa: S608 - our own columns
    try:
        return list(_lines(database.execute(query, source)))
    except duckdb.Error as error:
        # What follows the first line is our own query.
        reason = str(error).partition("\n")[0]
        raise UnreadableRecordError(
            f"{folder / (name + SUFFIX)} cannot be read: {reason}"
        ) from error


def _lines(result: duckdb.DuckDBPyConnection) -> Iterator[Line]:
    names = [column[0] for column in result.description]
    while batch := result.fetchmany(_LINES_AT_ONCE):
        for values in batch:
            yield dict(zip(names, values, strict=True))


def _types(columns: Columns) -> str:
    return "{" + ", ".join(f"{name}: '{kind}'" for name, kind in columns.items()) + "}"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _pattern(path: Path) -> str:
    """Return the pattern that matches this path alone: DuckDB reads patterns, not paths."""
    return "".join(f"[{mark}]" if mark in "[*?" else mark for mark in str(path))
