"""An answer's rows as text that other programs read: CSV, JSON, and cells for a table. Pure."""

import csv
import io
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from enum import StrEnum

from experiments.reading.problems import UsageError

Row = Sequence[object]


class Format(StrEnum):
    """How rows are printed."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"


def as_csv(columns: Sequence[str], rows: Iterable[Row]) -> str:
    """Return a line of names and a line per row; NULL is empty, lists are JSON."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_word(value) for value in row] for row in rows)
    return text.getvalue()


def as_json(columns: Sequence[str], rows: Iterable[Row]) -> str:
    """Return an array with an object per row; infinity is "inf". UsageError for twin columns."""
    twins = [name for name, times in Counter(columns).items() if times > 1]
    if twins:
        raise UsageError(f"two columns are called {twins[0]}; name one of them with `as`")
    lines = (json.dumps(dict(zip(columns, map(_plain, row), strict=True))) for row in rows)
    return "[" + ",\n ".join(lines) + "]\n"


def as_cells(rows: Iterable[Row]) -> list[list[object]]:
    """Return rows whose numbers stay numbers and whose other values are words."""
    return [[_cell(value) for value in row] for row in rows]


def _cell(value: object) -> object:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    return _word(value)


def _word(value: object) -> object:
    """Return a value as a cell of CSV says it."""
    if value is None:
        return ""
    plain = _plain(value)
    return plain if isinstance(plain, str) else json.dumps(plain)


def _plain(value: object) -> object:
    """Return a value in JSON's own types; what it has none for, as text."""
    if isinstance(value, float):
        return value if value - value == 0 else str(value)
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, dict):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return str(value)
