"""The list of exchanges: a window of its rows, the place of one in it, what filters can be."""

import math

import msgspec

from experiments.view.shelf import Shelf
from experiments.view.wish import Page, Place, order, where
from telemetry.flat import Line

ROW = (
    *("exchange", "trace_id", "planned_s", "phase", "outcome", "succeeded", "shown_by"),
    *("attempts", "touched", "failed_over", "ttft_s", "total_s"),
)
_COLUMNS = ", ".join(ROW)


class Rows(msgspec.Struct, frozen=True, kw_only=True):
    """Some of the exchanges that a wish finds, and how many it finds in all."""

    total: int
    offset: int
    rows: tuple[Line, ...]


class Choice(msgspec.Struct, frozen=True):
    """A value that a filter can have, and how many exchanges of the run have it."""

    value: str
    exchanges: int


def rows(shelf: Shelf, page: Page) -> Rows:
    """Return the rows of a page."""
    condition, facts = where(page)
    found = shelf.ask(
        f"SELECT {_COLUMNS} FROM exchanges WHERE {condition} ORDER BY {order(page)} "  # noqa: S608 - our own words; what was asked are parameters
        "LIMIT $limit OFFSET $offset",
        facts | {"limit": page.limit, "offset": page.offset},
    )
    (counted,) = shelf.ask(f"SELECT count(*) AS total FROM exchanges WHERE {condition}", facts)  # noqa: S608 - as above
    return Rows(total=counted["total"], offset=page.offset, rows=tuple(map(_told, found)))


def place(shelf: Shelf, wanted: Place) -> int | None:
    """Return an exchange's place in the list, from 0; None where the filter leaves it out."""
    condition, facts = where(wanted)
    found = shelf.ask(
        "SELECT place FROM (SELECT exchange, row_number() OVER "  # noqa: S608 - as above
        f"(ORDER BY {order(wanted)}) - 1 AS place FROM exchanges WHERE {condition}) "
        "WHERE exchange = $x",
        facts | {"x": wanted.x},
    )
    return found[0]["place"] if found else None


def choices(shelf: Shelf) -> dict[str, tuple[Choice, ...]]:
    """Return the values of each filter, the most frequent first."""
    return {
        name: tuple(Choice(str(line["value"]), line["many"]) for line in _counted(shelf, column))
        for name, column in (("outcome", "outcome"), ("phase", "phase"), ("served", "shown_by"))
    }


def _counted(shelf: Shelf, column: str) -> list[Line]:
    return shelf.ask(
        f"SELECT {column} AS value, count(*) AS many FROM exchanges WHERE {column} IS NOT NULL "  # noqa: S608 - one of ours
        "GROUP BY ALL ORDER BY many DESC, value"
    )


def _told(line: Line) -> Line:
    """Return a row as the page shows it: durations in words, none for what did not succeed."""
    return line | {name: _duration(line[name]) for name in ("ttft_s", "total_s")}


def _duration(value: float | None) -> str:
    return f"{value:.3f} s" if value is not None and math.isfinite(value) else ""
