"""Answers questions in SQL about one run: its views in memory, and nothing else within reach."""

import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec

from telemetry.database import Connection, DatabaseError, connect, passage, statement_kinds
from telemetry.flat import Line
from telemetry.view import Seen, views

READING = frozenset({"SELECT", "EXPLAIN", "PRAGMA", "CALL", "MULTI"})
"""Kinds of statement that only read; a `pivot` is a MULTI."""

_INFINITY = float("inf")
_ZONED = "WITH TIME ZONE"


class QueryError(Exception):
    """A query that cannot be answered; the text says why, and which name was probably meant."""


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """The rows of an answer, each with a value per column; NULL is None."""

    columns: tuple[str, ...]
    rows: tuple[tuple[object, ...], ...]


def ask(seen: Seen, query: str) -> Answer:
    """Answer one query over a run's views; raises QueryError.

    The database reaches no file, no network, no extension and none of our variables; its settings
    are locked.
    """
    try:
        _check(query)
        with connect() as database:
            _fill(database, seen)
            _lock(database)
            return _interruptible(database, query)
    except DatabaseError as error:
        raise QueryError(_told(error)) from error


def _check(query: str) -> None:
    kinds = statement_kinds(query)
    if not kinds:
        raise QueryError("the query is empty")
    if len(kinds) > 1:
        raise QueryError(f"one query at a time, please: this is {len(kinds)}")
    if kinds[0] not in READING:
        raise QueryError(f"a query only reads (select, from, with, ...); this is {kinds[0]}")


def _fill(database: Connection, seen: Seen) -> None:
    with tempfile.TemporaryDirectory(prefix="crosswind-") as folder:
        for name, view in views().items():
            lines = map(finite, view.lines(seen))
            with passage(Path(folder), name, view.types, lines) as source:
                database.execute(f"CREATE TABLE {name} AS FROM {source}")


def finite(line: Line) -> Line:
    """Write infinity as text: JSON has no number for it, and DuckDB reads it back."""
    return {name: "inf" if value == _INFINITY else value for name, value in line.items()}


def _lock(database: Connection) -> None:
    database.execute("SET enable_external_access = false")
    database.execute("SET lock_configuration = true")


def _interruptible(database: Connection, query: str) -> Answer:
    """Ask in a thread, so that Ctrl-C reaches us however long the answer takes."""
    with ThreadPoolExecutor(max_workers=1) as pool:
        asked = pool.submit(_answer, database, query)
        try:
            return asked.result()
        except KeyboardInterrupt:
            database.interrupt()
            raise


def _answer(database: Connection, query: str) -> Answer:
    described = database.execute(query).description
    zoned = [name for name, kind, *_ in described if _ZONED in str(kind)]
    if zoned:
        raise QueryError(f"{zoned[0]} has a time zone; cast it ::timestamp")
    names = tuple(name for name, *_ in described)
    return Answer(columns=names, rows=tuple(database.fetchall()))


def _told(error: DatabaseError) -> str:
    """Return DuckDB's words on one line, without where in the query: people see their query."""
    said, _, _ = str(error).partition("\n\nLINE ")
    return "; ".join(line.strip() for line in said.splitlines() if line.strip())
