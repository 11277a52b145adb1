"""A run's metrics reach whoever is named: OTLP, remote write, a page; what is refused is told."""

import os
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self

import cramjam
import grpc
import pytest
import requests

from experiments.exported_metrics import send_verdict
from experiments.judging.judge import read_judgement
from experiments.running.processes import EXPORTER, Processes
from telemetry.exporter_config import ExporterConfig
from telemetry.metering.facts import RunFacts
from telemetry.sending.otlp import EXPONENTIAL, HISTOGRAM_VARIABLE
from tests.live.otlp_backend import GRPC, HTTP, Says, backend
from tests.live.rehearsals import CROSSWIND, Rehearsal, wait_for
from tests.live.test_exporter import prepared
from tests.telemetry.scenes import TAG

pytestmark = [pytest.mark.live, pytest.mark.timeout(240)]
PROTOCOLS = (GRPC, HTTP)
EXCHANGES = 40


@pytest.fixture(name="run")
def prepared_run(tmp_path: Path) -> Path:
    return prepared(tmp_path, exchanges=EXCHANGES)


@contextmanager
def exporter(run: Path) -> Iterator[Processes]:
    """Follow prepared spools as in a run."""
    facts = RunFacts(run_id=run.name, run_tag=TAG, experiment="short")
    processes = Processes(run)
    config = ExporterConfig(run_folder=str(run), run_tag=TAG, grace_s=0.0, metrics=facts)
    processes.start(EXPORTER, config)
    try:
        yield processes
    finally:
        processes.release_all(2.0)


def total(metrics: dict[str, Any], name: str) -> int:
    found = metrics.get(name)
    return sum(int(p.as_int or p.as_double) for p in found.sum.data_points) if found else 0


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_metrics_of_a_run_reach_an_otlp_backend(
    protocol: str, run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with backend(protocol) as (one, port):
        tell(monkeypatch, protocol, port)
        with exporter(run) as processes:
            wait_for(lambda: one.metrics or None, 10)
            said = processes.end_exporting(5.0)
        assert said is not None
        assert said["metrics_reason"] == ""
    last = one.metrics[-1]
    assert total(last, "crosswind.exchanges") == EXCHANGES
    assert total(last, "crosswind.attempts") == 2 * EXCHANGES
    (duration,) = last["crosswind.exchange.duration"].histogram.data_points
    assert duration.count == EXCHANGES
    assert {len(exemplar.trace_id) for exemplar in duration.exemplars} == {16}
    assert one.spans == []  # traces were not asked for


def tell(monkeypatch: pytest.MonkeyPatch, protocol: str, port: int) -> None:
    path = "" if protocol == GRPC else "/v1/metrics"
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", f"http://127.0.0.1:{port}{path}")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_METRICS_PROTOCOL", protocol)
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_METRICS_HEADERS", "x-own=kept")
    monkeypatch.setenv("OTEL_METRIC_EXPORT_INTERVAL", "200")


def test_histograms_are_exponential_where_that_is_asked_for(
    run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(HISTOGRAM_VARIABLE, EXPONENTIAL)
    with backend(HTTP) as (one, port):
        tell(monkeypatch, HTTP, port)
        with exporter(run) as processes:
            processes.end_exporting(5.0)
    (point,) = one.metrics[-1]["crosswind.exchange.duration"].exponential_histogram.data_points
    assert point.count == EXCHANGES == sum(point.positive.bucket_counts)
    assert one.headers[-1]["x-own"] == "kept"


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_backend_that_comes_back_gets_all_of_it_with_the_next_reading(
    protocol: str, run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    down = Says(503, grpc.StatusCode.UNAVAILABLE)
    with backend(protocol) as (one, port):
        one.answer = lambda asked: down if asked < 2 else Says()
        tell(monkeypatch, protocol, port)
        with exporter(run) as processes:
            wait_for(lambda: one.metrics or None, 20)
            said = processes.end_exporting(5.0)
    assert said is not None
    assert said["metrics_reason"] == ""
    assert total(one.metrics[-1], "crosswind.exchanges") == EXCHANGES


def test_one_that_refuses_is_told_with_its_words(
    run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with backend(HTTP) as (one, port):
        one.answer = lambda _: Says(401, words="who are you")
        tell(monkeypatch, HTTP, port)
        with exporter(run) as processes:
            said = processes.end_exporting(5.0)
    assert said is not None
    assert "HTTP 401 who are you" in str(said["metrics_reason"])


def unused_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def page(port: int, accept: str = "text/plain") -> str:
    url = f"http://127.0.0.1:{port}/metrics"
    return requests.get(url, headers={"Accept": accept}, timeout=5).text


def test_a_page_shows_the_last_reading(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    port = unused_port()
    monkeypatch.setenv("OTEL_METRICS_EXPORTER", "prometheus")
    monkeypatch.setenv("OTEL_EXPORTER_PROMETHEUS_PORT", str(port))
    with exporter(run):
        wait_for(lambda: "crosswind_exchanges_total{" in page(port) or None, 10)
        plain = page(port)
        openmetrics = page(port, "application/openmetrics-text; version=1.0.0")
    counted = [line for line in plain.splitlines() if line.startswith("crosswind_exchanges_total{")]
    assert sum(float(line.rpartition(" ")[2]) for line in counted) == EXCHANGES
    assert "trace_id=" not in plain
    assert f'trace_id="{TAG}' in openmetrics
    assert openmetrics.endswith("# EOF\n")


@pytest.mark.parametrize(
    ("variable", "value", "word"),
    [
        ("OTEL_EXPORTER_PROMETHEUS_HOST", "0.0.0.0", "the page is for this machine"),
        ("OTEL_EXPORTER_PROMETHEUS_PORT", "http", "no port"),
        ("CROSSWIND_REMOTE_WRITE_URL", "prometheus:9090", "no http:// or https:// URL"),
    ],
)
def test_a_wrong_setting_is_told(
    variable: str, value: str, word: str, run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_METRICS_EXPORTER", "prometheus")
    monkeypatch.setenv(variable, value)
    with pytest.raises(Exception, match=word), exporter(run):
        pass


class Written(ThreadingHTTPServer):
    """Takes remote writes, or refuses them with words."""

    def __init__(self, refusal: str = "") -> None:
        super().__init__(("127.0.0.1", 0), _Writes)
        self.refusal = refusal
        self.bodies: list[bytes] = []
        self.headers: list[dict[str, str]] = []
        self.url = f"http://127.0.0.1:{self.server_port}/api/v1/write"

    def __enter__(self) -> Self:
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()


class _Writes(BaseHTTPRequestHandler):
    server: Written

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.bodies.append(bytes(cramjam.snappy.decompress_raw(body)))
        self.server.headers.append({key.lower(): value for key, value in self.headers.items()})
        said = self.server.refusal.encode()
        self.send_response(400 if said else 204)
        self.send_header("content-type", "text/plain; charset=utf-8")
        self.send_header("content-length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    def log_message(self, *_: object) -> None:
        """Say nothing: a test's output is its own."""


def export_metrics(folder: Path, **environment: str) -> "subprocess.CompletedProcess[str]":
    command = [CROSSWIND, "export", str(folder), "--metrics"]
    told = {**os.environ, **environment}
    return subprocess.run(
        command, env=told, capture_output=True, text=True, check=False, timeout=100
    )


@pytest.fixture(name="finished")
def finished_run(catalogue_runs: dict[str, Rehearsal]) -> Path:
    return catalogue_runs["azure-outage"].folder()


def test_a_finished_runs_metrics_are_written_with_their_old_times(finished: Path) -> None:
    with Written() as written:
        done = export_metrics(
            finished,
            CROSSWIND_REMOTE_WRITE_URL=written.url,
            CROSSWIND_REMOTE_WRITE_HEADERS="authorization=Bearer planted",
        )
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{len(written.bodies)} readings sent" in done.stdout + done.stderr
    assert written.headers[0]["x-prometheus-remote-write-version"] == "0.1.0"
    assert written.headers[0]["authorization"] == "Bearer planted"
    assert b"crosswind_exchanges_total" in written.bodies[-1]
    assert b"crosswind_gate_rulings" in written.bodies[-1]
    assert b"crosswind_gate_rulings" not in written.bodies[0]


def test_a_backend_that_takes_no_old_samples_is_told_of_with_what_to_do(finished: Path) -> None:
    with Written("out of bounds") as written:
        done = export_metrics(finished, CROSSWIND_REMOTE_WRITE_URL=written.url)
    assert done.returncode == 1
    said = " ".join((done.stdout + done.stderr).split())
    assert "HTTP 400 Bad Request: out of bounds" in said
    assert "storage.tsdb.out_of_order_time_window" in said


def test_nobody_to_send_to_is_wrong_usage(finished: Path) -> None:
    done = export_metrics(finished, OTEL_METRICS_EXPORTER="prometheus")
    assert done.returncode == 2
    assert "no backend is named" in done.stderr
    assert "a page for Prometheus shows only what is now" in " ".join(done.stderr.split())


def test_a_runs_own_end_sends_its_verdict(finished: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    judgement = read_judgement((finished / "verdict.json").read_bytes())
    with Written() as written:
        monkeypatch.setenv("CROSSWIND_REMOTE_WRITE_URL", written.url)
        assert send_verdict(finished, judgement) == []
    (body,) = written.bodies
    assert b"crosswind_run_exit_code" in body
    assert b"crosswind_exchanges_total" not in body
    with Written("no") as written:
        monkeypatch.setenv("CROSSWIND_REMOTE_WRITE_URL", written.url)
        (reason,) = send_verdict(finished, judgement)
    assert reason == f"{written.url}: HTTP 400 Bad Request: no"
