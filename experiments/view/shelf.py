"""A run's exchanges and attempts as tables in memory, to be asked page by page.

The columns are those of the views that `crosswind query` offers; only what the page shows is kept.
"""

import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from experiments.report.series import served_by
from telemetry.database import Connection, DatabaseError, connect, fetched, passage
from telemetry.flat import Line
from telemetry.query import finite
from telemetry.view import Column, Seen, View, views

PATIENCE_S = 10.0
"""No question takes longer; its answer would not be waited for."""

EXCHANGE_COLUMNS = (
    *("exchange", "trace_id", "phase", "planned_s", "outcome", "succeeded", "attempts"),
    *("failed_over", "touched", "ttft_s", "total_s", "failover_delay_s"),
)
ATTEMPT_COLUMNS = ("exchange", "endpoint", "begin_s", "touched")
SHOWN_BY: Column[Any] = Column(
    "shown_by",
    "VARCHAR",
    "the endpoint whose answer the user got whole",
    lambda r: served_by(r.exchange) or None,
)


class AskedTooMuchError(Exception):
    """A question that could not be answered in time."""


class Shelf:
    """The tables; may be asked from several threads."""

    def __init__(self, seen: Seen) -> None:
        """Fill them; for 100,000 exchanges that takes seconds."""
        self._database = connect()
        with TemporaryDirectory(prefix="crosswind-") as folder:
            for view in kept():
                lines = map(finite, view.lines(seen))
                with passage(Path(folder), view.name, view.types, lines) as source:
                    self._database.execute(f"CREATE TABLE {view.name} AS FROM {source}")
        self._database.execute("SET enable_external_access = false")

    def ask(self, sql: str, facts: Mapping[str, object] | None = None) -> list[Line]:
        """Return the rows of an answer; raises AskedTooMuchError."""
        cursor = self._database.cursor()
        with _patience(cursor):
            return list(fetched(cursor.execute(sql, dict(facts or {}))))

    def close(self) -> None:
        """Let the tables go."""
        self._database.close()


class _patience:  # noqa: N801 - reads as what it is used for
    """Interrupts a question that takes too long."""

    def __init__(self, cursor: Connection) -> None:
        self._cursor = cursor
        self._timer = threading.Timer(PATIENCE_S, cursor.interrupt)
        self._timer.daemon = True

    def __enter__(self) -> None:
        self._timer.start()

    def __exit__(self, kind: object, error: BaseException | None, _trace: object) -> None:
        self._timer.cancel()
        self._cursor.close()
        if isinstance(error, DatabaseError) and "nterrupt" in str(error):
            raise AskedTooMuchError(f"no answer within {PATIENCE_S:g} s") from error


def kept() -> Iterator[View[Any]]:
    """Yield the views that the page asks, with the columns that it shows."""
    exchanges, attempts = views()["exchanges"], views()["attempts"]
    yield _with(exchanges, EXCHANGE_COLUMNS, SHOWN_BY)
    yield _with(attempts, ATTEMPT_COLUMNS)


def _with(view: View[Any], names: tuple[str, ...], *more: Column[Any]) -> View[Any]:
    columns = {column.name: column for column in view.columns}
    chosen = (*(columns[name] for name in names), *more)
    return View(name=view.name, doc=view.doc, rows=view.rows, columns=chosen)
