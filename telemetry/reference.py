"""The generated half of `docs/telemetry.md`: every exported name, every column that is sealed.

`python -m telemetry.reference` prints it; a test holds the page to it.
"""

import sys
from collections.abc import Iterable

from telemetry import names
from telemetry.columns import TABLES


def reference() -> str:
    """Return the tables as Markdown."""
    parts = [f"### Spans and attributes\n\n{_names()}"]
    parts += [f"### spans/{table}.parquet\n\n{_columns(table)}" for table in TABLES]
    return "\n\n".join(parts) + "\n"


def _names() -> str:
    rows = ((f"`{name.name}`", name.type, name.on, name.doc) for name in names.TABLE)
    return _table(("name", "type", "on", "says"), rows)


def _columns(table: str) -> str:
    return _table(("column", "type"), ((f"`{name}`", kind) for name, kind in TABLES[table].items()))


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


if __name__ == "__main__":
    sys.stdout.write(reference())
