"""Spans into one file, of OTLP JSON lines or Parquet: whole, or not at all.

`telemetry.foreign` reads both forms back.
"""

import gzip
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.trace import SpanContext

from telemetry.columns import Columns
from telemetry.database import DatabaseError, connect, passage, quoted
from telemetry.exporting.batches import Unit, batched
from telemetry.exporting.otlp_json import traces_data
from telemetry.flat import Line

SPANS_PER_LINE = 100
"""Some readers take a line of 1 MiB at the most."""

COLUMNS: Columns = {
    "trace_id": "VARCHAR",
    "span_id": "VARCHAR",
    "parent_span_id": "VARCHAR",
    "name": "VARCHAR",
    "kind": "VARCHAR",
    "start_unix_ns": "BIGINT",
    "end_unix_ns": "BIGINT",
    "status": "VARCHAR",
    "status_message": "VARCHAR",
    "attributes": "JSON",
    "links": "JSON",
    "resource": "JSON",
}
"""A row per span; ids are hex digits, `links` a list of objects with `trace_id` and `span_id`."""

Write = Callable[[Iterable[Unit], Path], int]


def write_otlp_json(units: Iterable[Unit], target: Path) -> int:
    """Write OTLP JSON lines, zipped where the name ends with `.gz`; returns the count of spans.

    Raises OSError.
    """
    count = 0
    opened = gzip.open if target.suffix == ".gz" else open
    with _draft(target) as draft, opened(draft, "wb") as file:
        for batch in batched(units, SPANS_PER_LINE):
            spans = [span for unit in batch for span in unit.spans]
            count += len(spans)
            file.write(traces_data(spans) + b"\n")
    return count


def write_parquet(units: Iterable[Unit], target: Path) -> int:
    """Write a row per span; returns the count of spans. Raises OSError."""
    lines = (_line(span) for unit in units for span in unit.spans)
    with _draft(target) as draft, passage(draft.parent, "spans", COLUMNS, lines) as source:
        to = f"{quoted(str(draft))} (FORMAT parquet, COMPRESSION zstd)"
        try:
            with connect() as database:
                ((count,),) = database.execute(
                    f"COPY (SELECT * FROM {source}) TO {to}"  # noqa: S608 - our own names
                ).fetchall()
        except DatabaseError as error:
            raise OSError(str(error)) from error
    return int(count)


FORMS: dict[str, tuple[str, Write]] = {
    "otlp-json": (".otlp.jsonl", write_otlp_json),
    "parquet": (".parquet", write_parquet),
}
"""What a form's file names end with where only the folder is told, and what writes it."""


def file_in(folder: Path, run_id: str, form: str) -> Path:
    """Return the file of a run in a folder of such."""
    return folder / (run_id + FORMS[form][0])


@contextmanager
def _draft(target: Path) -> Iterator[Path]:
    """Give a file to write in a folder of its own, and put it in its place once it is whole."""
    with tempfile.TemporaryDirectory(prefix=".crosswind-", dir=target.parent) as folder:
        draft = Path(folder) / target.name
        yield draft
        draft.replace(target)


def _line(span: ReadableSpan) -> Line:
    code = span.status.status_code.name
    return {
        "trace_id": f"{span.context.trace_id:032x}",
        "span_id": f"{span.context.span_id:016x}",
        "parent_span_id": f"{span.parent.span_id:016x}" if span.parent else None,
        "name": span.name,
        "kind": span.kind.name,
        "start_unix_ns": span.start_time,
        "end_unix_ns": span.end_time,
        "status": None if code == "UNSET" else code,
        "status_message": span.status.description,
        "attributes": dict(span.attributes or {}),
        "links": [_link(link.context) for link in span.links],
        "resource": dict(span.resource.attributes),
    }


def _link(context: SpanContext) -> dict[str, str]:
    return {"trace_id": f"{context.trace_id:032x}", "span_id": f"{context.span_id:016x}"}
