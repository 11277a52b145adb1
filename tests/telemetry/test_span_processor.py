"""Spans of a user's own, made by the official SDK, are rows as soon as they end."""

import os
import threading
from pathlib import Path

import pytest
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.trace import SpanKind, Status, StatusCode, Tracer

from telemetry.collected import collected_spans
from telemetry.span_processor import RUN_FOLDER_VARIABLE, RowSpanProcessor


def tracing(folder: Path | None) -> tuple[TracerProvider, Tracer]:
    provider = TracerProvider(resource=Resource({"service.name": "mine"}), shutdown_on_exit=False)
    provider.add_span_processor(RowSpanProcessor(folder))
    return provider, provider.get_tracer("mine.tests", "1.2")


def test_a_span_is_on_disk_when_it_has_ended(tmp_path: Path) -> None:
    provider, tracer = tracing(tmp_path)
    with tracer.start_as_current_span("outer") as outer:
        with tracer.start_as_current_span("inner", kind=SpanKind.CLIENT) as inner:
            inner.set_attributes({"number": 7, "models": ["a", "b"], "share": float("nan")})
            inner.set_attribute("authorization", "Bearer 0123456789abcdef")
            inner.set_status(Status(StatusCode.ERROR, "no"))
        (row,) = collected_spans(tmp_path)
    assert (row.name, row.span_kind, row.status, row.status_message) == (
        "inner",
        "CLIENT",
        "ERROR",
        "no",
    )
    assert row.trace_id == f"{outer.get_span_context().trace_id:032x}"
    assert row.parent_span_id == f"{outer.get_span_context().span_id:016x}"
    assert {**row.attributes, "authorization": ""} == {
        "number": 7,
        "models": ["a", "b"],
        "share": "NaN",
        "authorization": "",
    }
    assert "0123456789abcdef" not in str(row.attributes)
    assert (row.resource["service.name"], row.scope, row.scope_version) == (
        "mine",
        "mine.tests",
        "1.2",
    )
    provider.shutdown()
    assert [one.name for one in collected_spans(tmp_path)] == ["inner", "outer"]


def test_none_is_dropped_by_many_threads_at_once(tmp_path: Path) -> None:
    provider, tracer = tracing(tmp_path)

    def make() -> None:
        for number in range(500):
            tracer.start_span(f"{number}").end()

    threads = [threading.Thread(target=make) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    provider.shutdown()
    assert len({row.span_id for row in collected_spans(tmp_path)}) == 8 * 500


def test_outside_of_a_run_it_does_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv(RUN_FOLDER_VARIABLE, raising=False)
    monkeypatch.chdir(tmp_path)
    provider, tracer = tracing(None)
    tracer.start_span("lone").end()
    provider.shutdown()
    assert not list(tmp_path.iterdir())


def test_a_run_tells_where_by_the_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(RUN_FOLDER_VARIABLE, str(tmp_path))
    provider, tracer = tracing(None)
    tracer.start_span("told").end()
    provider.shutdown()
    assert [row.name for row in collected_spans(tmp_path)] == ["told"]
    assert [one.name for one in (tmp_path / "collected").iterdir()] == [
        f"program-{os.getpid()}.ndjson"
    ]


def test_a_full_disk_counts_what_it_took(tmp_path: Path) -> None:
    (tmp_path / "collected").mkdir()
    (tmp_path / "collected" / f"program-{os.getpid()}.ndjson").symlink_to("/dev/full")
    processor = RowSpanProcessor(tmp_path)
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(processor)
    provider.get_tracer("mine").start_span("lost").end()
    assert processor.dropped == 2  # the first row of the file went with it
