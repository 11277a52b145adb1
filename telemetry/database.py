"""DuckDB in memory: the one module that imports it, with how lines get into a table of it.

Lines pass through a temporary JSON file per table, which DuckDB reads with explicit column types,
so that 64-bit times stay exact.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

import duckdb
import msgspec

from telemetry.columns import Columns
from telemetry.flat import Line

Connection = duckdb.DuckDBPyConnection
DatabaseError = duckdb.Error

LINES_AT_ONCE = 10_000
_ENCODER = msgspec.json.Encoder()
_SETTINGS: dict[str, str | bool | int | float | list[str]] = {
    "threads": 1,
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "python_enable_replacements": False,
    "temp_directory": "",
}


def connect() -> Connection:
    """Open a database in memory that uses one core, fetches nothing and spills nowhere."""
    return duckdb.connect(config=_SETTINGS)


def connect_many() -> Connection:
    """Open a database in memory that uses two cores, for what must be told of millions of rows."""
    database = duckdb.connect(config=_SETTINGS | {"threads": 2, "preserve_insertion_order": False})
    database.execute("SET enable_progress_bar = false")
    return database


@contextmanager
def passage(folder: Path, name: str, columns: Columns, lines: Iterable[Line]) -> Iterator[str]:
    """Put lines into a file in `folder`, as long as needed; yields the SQL that reads them."""
    path = folder / (name + ".ndjson")
    rest = iter(lines)
    try:
        with path.open("wb") as file:
            while batch := list(islice(rest, LINES_AT_ONCE)):
                file.write(_ENCODER.encode_lines(batch))
        source = quoted(pattern(path))
        yield (f"read_json({source}, format = 'newline_delimited', columns = {_types(columns)})")
    finally:
        path.unlink(missing_ok=True)


def fetched(result: Connection) -> Iterator[Line]:
    """Yield a result's rows as values by column name."""
    names = [column[0] for column in result.description]
    while batch := result.fetchmany(LINES_AT_ONCE):
        for values in batch:
            yield dict(zip(names, values, strict=True))


def quoted(text: str) -> str:
    """Write text as SQL does."""
    return "'" + text.replace("'", "''") + "'"


def pattern(path: Path) -> str:
    """Return the pattern that matches this path alone: DuckDB reads patterns, not paths."""
    return "".join(f"[{mark}]" if mark in "[*?" else mark for mark in str(path))


def _types(columns: Columns) -> str:
    return "{" + ", ".join(f"{name}: '{kind}'" for name, kind in columns.items()) + "}"


def statement_kinds(query: str) -> list[str]:
    """Return what kind each statement of a query is, `SELECT`; raises DatabaseError."""
    return [statement.type.name for statement in duckdb.extract_statements(query)]
