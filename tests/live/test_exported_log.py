"""`export --logs`: a backend gets the events of the run's own log, the verdict's too, each once."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from experiments.exported_log import export_log
from experiments.judging.conclude import conclude
from tests.experiments.finished import finished
from tests.experiments.scenario import record, with_breaker
from tests.live.otlp_backend import GRPC, HTTP, Says, backend

pytestmark = pytest.mark.live


def as_in_the_file(record: Any) -> tuple[str, str, str, str, str]:
    moment = datetime.fromtimestamp(record.time_unix_nano // 10**9, UTC)
    micros = record.time_unix_nano % 10**9 // 1000
    return (
        f"{moment:%Y-%m-%dT%H:%M:%S}.{micros:06d}Z",
        record.event_name,
        record.body.string_value,
        record.trace_id.hex(),
        record.span_id.hex(),
    )


@pytest.mark.parametrize("protocol", [GRPC, HTTP])
def test_a_backend_gets_the_log_that_judging_writes(
    protocol: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = finished(tmp_path, record(with_breaker()))
    conclude(run)
    lines = map(json.loads, (run / "run.log.ndjson").read_bytes().splitlines())
    written = [
        (
            line["timestamp"],
            line["event"],
            line["message"],
            line.get("trace_id", ""),
            line.get("span_id", ""),
        )
        for line in lines
    ]
    with backend(protocol) as (one, port):
        address = f"http://127.0.0.1:{port}" + ("" if protocol == GRPC else "/v1/logs")
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_LOGS_ENDPOINT", address)
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_LOGS_PROTOCOL", protocol)
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9")
        first, second = export_log(run), export_log(run)
        assert (first.sent, first.failed, second.sent) == (len(written), 0, 0)
        assert list(map(as_in_the_file, one.records)) == written
        assert written[-1][1] == "crosswind.run.judged"
        assert export_log(run, again=True).sent == len(written)


def test_a_backend_that_takes_no_logs_is_told_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = finished(tmp_path, record(with_breaker()))
    with backend(HTTP) as (one, port):
        one.answer = lambda _: Says(404, words="Not Found")
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://127.0.0.1:{port}")
        exported = export_log(run)
    assert exported.sent == 0
    assert exported.failed > 0
    assert exported.reason == f"http://127.0.0.1:{port}: HTTP 404 Not Found"
