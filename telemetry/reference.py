"""The generated half of `docs/telemetry.md`: every exported name, every column of files and views.

`python -m telemetry.reference` prints it; a test holds the page to it.
"""

import sys
from collections.abc import Iterable

from telemetry import names
from telemetry.columns import TABLES
from telemetry.flat import FORMAT
from telemetry.logs import names as log_names
from telemetry.view import VERSION, views


def reference() -> str:
    """Return the tables as Markdown."""
    parts = [f"### Versions\n\n{_versions()}", f"### Spans and attributes\n\n{_names()}"]
    parts += [f"### Log events\n\n{_log_names()}"]
    parts.append(f"### Metrics of a run, as time series\n\n{_metrics()}")
    parts += [f"### View `{name}`\n\n{_view(name)}" for name in views()]
    parts += [f"### spans/{table}.parquet\n\n{_columns(table)}" for table in TABLES]
    return "\n\n".join(parts) + "\n"


def _versions() -> str:
    rows = (
        ("sealed record", str(FORMAT), "the `format` that its `record` event tells"),
        ("views", str(VERSION), "a column that is gone or means something else counts as a change"),
        ("GenAI conventions", names.GENAI_CONVENTIONS, "the names of spans and attributes"),
    )
    return _table(("what", "version", "is"), rows)


def _view(name: str) -> str:
    rows = ((f"`{one.name}`", one.type, one.doc) for one in views()[name].columns)
    return f"{views()[name].doc}\n\n{_table(('column', 'type', 'says'), rows)}"


def _names() -> str:
    spans = (name for name in names.TABLE if name.kind != "metric")
    rows = ((f"`{name.name}`", name.type, name.on, name.doc) for name in spans)
    return _table(("name", "type", "on", "says"), rows)


def _log_names() -> str:
    rows = ((f"`{name.name}`", name.kind, name.type, name.doc) for name in log_names.TABLE)
    return _table(("name", "is", "severity or type", "says"), rows)


def _metrics() -> str:
    rows = (
        (f"`{one.name}`", one.type, f"`{one.unit}`", _listed(one.attributes), one.doc)
        for one in names.TABLE
        if one.kind == "metric"
    )
    return _table(("name", "instrument", "unit", "attributes", "says"), rows)


def _listed(attributes: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in attributes)


def _columns(table: str) -> str:
    return _table(("column", "type"), ((f"`{name}`", kind) for name, kind in TABLES[table].items()))


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


if __name__ == "__main__":
    sys.stdout.write(reference())
