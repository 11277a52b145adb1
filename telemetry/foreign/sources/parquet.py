"""Parquet files with a row per span, as `crosswind export --to parquet` writes them.

Needed: `trace_id`, `span_id`, `start_unix_ns`, `end_unix_ns`. Read where they are there:
`parent_span_id`, `name`, `kind`, `status`; `attributes` and `resource` as JSON objects in text.
"""

from collections.abc import Mapping
from pathlib import Path

import msgspec

from telemetry.database import DatabaseError, connect, fetched, pattern
from telemetry.foreign.sources.otlp_json import UnreadableSourceError
from telemetry.foreign.span import Attributes, Span, Spans, UnfitSpanError, kept, made

NEEDED = ("trace_id", "span_id", "start_unix_ns", "end_unix_ns")


def read(path: Path) -> Spans:
    """Read a file, or every Parquet file of a folder; raises UnreadableSourceError."""
    found = Spans(source=str(path))
    files = sorted(path.glob("*.parquet")) if path.is_dir() else [path]
    if not files:
        raise UnreadableSourceError(f"{path}: no Parquet file is in it")
    for file in files:
        _read(file, found)
    return found


def _read(file: Path, found: Spans) -> None:
    try:
        with connect() as database:
            rows = database.execute("SELECT * FROM read_parquet($1)", [pattern(file)])
            missing = [n for n in NEEDED if n not in {c[0] for c in rows.description}]
            if missing:
                raise UnreadableSourceError(f"{file}: no column {', '.join(missing)}")
            for row in fetched(rows):
                try:
                    found.spans.append(_span(row))
                except UnfitSpanError as error:
                    found.unfit[str(error)] += 1
    except DatabaseError as error:
        reason = str(error).partition("\n")[0]
        raise UnreadableSourceError(f"{file}: cannot be read: {reason}") from error


def _span(row: Mapping[str, object]) -> Span:
    return made(
        trace_id=row["trace_id"],
        span_id=row["span_id"],
        parent_span_id=row.get("parent_span_id"),
        start_ns=row["start_unix_ns"],
        end_ns=row["end_unix_ns"],
        name=row.get("name") or "",
        kind=str(row.get("kind") or "").removeprefix("SPAN_KIND_").upper(),
        status=str(row.get("status") or "").removeprefix("STATUS_CODE_").upper(),
        attributes=_attributes(row.get("attributes")),
        resource=kept(_attributes(row.get("resource"))),
    )


def _attributes(said: object) -> Attributes:
    if isinstance(said, Mapping):
        return dict(said)
    try:
        found = msgspec.json.decode(said) if isinstance(said, str) else {}
    except msgspec.DecodeError as error:
        raise UnfitSpanError("attributes that are no JSON") from error
    return found if isinstance(found, dict) else {}
