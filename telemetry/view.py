"""What a view of a run is: a table to ask questions of, each column with what it means. Pure.

Times are seconds since time zero, the start of the run's first phase; durations are seconds.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from typing import Generic, TypeVar

import msgspec

from telemetry import plugins
from telemetry import views as folder
from telemetry.clock import seconds
from telemetry.columns import Columns
from telemetry.exchange import Evidence
from telemetry.flat import Line
from telemetry.record import Record

VERSION = 1
"""Counts changes to the views that an older query would misread: a column gone, or redefined."""

Row = TypeVar("Row")


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """A run as the views show it; the evidence is what its verdict rests on."""

    run_id: str
    title: str
    record: Record
    evidence: Evidence

    def at_s(self, at_ns: int | None) -> float | None:
        """Return a moment as seconds since time zero; None stays None."""
        return between_s(self.evidence.start_ns, at_ns)


class Column(msgspec.Struct, Generic[Row], frozen=True):
    """A column: its name, its DuckDB type, what it says, and its value in a row."""

    name: str
    type: str
    doc: str
    value: Callable[[Row], object]


class View(msgspec.Struct, Generic[Row], frozen=True, kw_only=True):
    """A view: what its rows are, where they come from, and its columns in order."""

    name: str
    doc: str
    rows: Callable[[Seen], Iterable[Row]]
    columns: tuple[Column[Row], ...]

    @property
    def types(self) -> Columns:
        """The DuckDB types by column name."""
        return {column.name: column.type for column in self.columns}

    def lines(self, seen: Seen) -> Iterator[Line]:
        """Yield the view's rows as values by column name."""
        for row in self.rows(seen):
            yield {column.name: column.value(row) for column in self.columns}


@cache
def views() -> Mapping[str, View[object]]:
    """Return every view by its name."""
    return plugins.values(folder, View)


def between_s(start_ns: int | None, end_ns: int | None) -> float | None:
    """Return the seconds from one moment to another; None where either is unknown."""
    return None if start_ns is None or end_ns is None else seconds(end_ns - start_ns)
