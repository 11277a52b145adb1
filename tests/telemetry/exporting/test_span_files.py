"""Files of spans: what is written is read back, and a file is whole or not there."""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from telemetry.database import connect, fetched
from telemetry.export import units_of
from telemetry.exporting.batches import Unit
from telemetry.exporting.span_files import FORMS, SPANS_PER_LINE, file_in
from telemetry.foreign.sources import otlp_json, parquet
from telemetry.foreign.span import Spans
from telemetry.spans import Described
from tests.experiments.scenario import record, with_breaker

SEEN = record(with_breaker())


def units() -> Iterator[Unit]:
    return units_of(SEEN, "run-1", Described())


def read(form: str, file: Path) -> Spans:
    return parquet.read(file) if form == "parquet" else otlp_json.read(str(file))


@pytest.mark.parametrize("form", FORMS)
def test_what_is_written_is_read_back(form: str, tmp_path: Path) -> None:
    file = file_in(tmp_path, "run-1", form)
    spans = [span for unit in units() for span in unit.spans]
    assert FORMS[form][1](units(), file) == len(spans)
    found = read(form, file)
    assert not found.unfit
    assert [(s.trace_id, s.span_id, s.name, s.kind, s.start_ns, s.end_ns) for s in found.spans] == [
        (
            f"{span.context.trace_id:032x}",
            f"{span.context.span_id:016x}",
            span.name,
            span.kind.name,
            span.start_time,
            span.end_time,
        )
        for span in spans
    ]
    assert [s.attributes for s in found.spans] == [
        {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in (span.attributes or {}).items()
            if name in s.attributes
        }
        for span, s in zip(spans, found.spans, strict=True)
    ]
    assert [path.name for path in tmp_path.iterdir()] == [file.name]


def test_both_forms_give_the_same_spans(tmp_path: Path) -> None:
    found = []
    for form, (_, write) in FORMS.items():
        write(units(), tmp_path / form)
        found.append(read(form, tmp_path / form).spans)
    assert found[0] == found[1]


def test_lines_are_short_and_may_be_zipped(tmp_path: Path) -> None:
    _, write = FORMS["otlp-json"]
    write(units(), tmp_path / "plain.jsonl")
    write(units(), tmp_path / "zipped.jsonl.gz")
    plain = (tmp_path / "plain.jsonl").read_bytes()
    assert gzip.decompress((tmp_path / "zipped.jsonl.gz").read_bytes()) == plain
    for line in plain.splitlines():
        scopes = [s for r in json.loads(line)["resourceSpans"] for s in r["scopeSpans"]]
        assert sum(len(scope["spans"]) for scope in scopes) <= SPANS_PER_LINE


def test_links_and_a_big_number_stand_in_parquet_as_they_are(tmp_path: Path) -> None:
    _, write = FORMS["parquet"]
    write(units(), tmp_path / "s.parquet")
    query = (
        "SELECT attributes ->> '$.\"crosswind.exchange.planned_unix_nano\"' AS planned, "
        "links ->> '$[0].trace_id' AS trace FROM read_parquet($1) "
        "WHERE json_array_length(links) > 0 ORDER BY start_unix_ns"
    )
    with connect() as database:
        lines = list(fetched(database.execute(query, [str(tmp_path / "s.parquet")])))
    touched = [exchange for exchange in SEEN.exchanges if exchange.touched]
    assert [int(line["planned"]) for line in lines] == [
        SEEN.clock.wall(exchange.planned_ns) for exchange in touched
    ]
    assert {str(line["trace"])[:8] for line in lines} == {SEEN.run_tag}


@pytest.mark.parametrize("form", FORMS)
def test_a_file_that_cannot_be_finished_is_not_there(form: str, tmp_path: Path) -> None:
    def broken() -> Iterator[Unit]:
        yield next(units())
        raise OSError("no more")

    file = tmp_path / "spans"
    file.write_text("before")
    with pytest.raises(OSError, match="no more"):
        FORMS[form][1](broken(), file)
    assert [path.name for path in tmp_path.iterdir()] == ["spans"]
    assert file.read_text() == "before"
