"""An exporter process over prepared spools: killed, refused or alone, it loses nothing."""

import os
import signal
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import msgspec
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from experiments.running.processes import EXPORTER, Processes
from telemetry.clock import now_ns
from telemetry.export import export
from telemetry.exporter_config import ExporterConfig
from telemetry.exporting.destination import destination
from telemetry.exporting.ledger import opened
from telemetry.rows import Event, SpoolEnded
from telemetry.seal import read_record
from telemetry.spans import Described
from tests.live.rehearsals import pids_with, wait_for
from tests.telemetry.scenes import MS, TAG, Spools, failover, write_spools
from tests.telemetry.scenes import opened as opened_row

pytestmark = pytest.mark.live


class Backend:
    """Takes spans, or answers as it is told."""

    def __init__(self) -> None:
        self.status = 200
        self.asked = 0
        self.spans: list[bytes] = []

    def take(self, body: bytes) -> int:
        self.asked += 1
        if self.status == 200:
            for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
                for scope in resource.scope_spans:
                    self.spans += [s.SerializeToString(deterministic=True) for s in scope.spans]
        return self.status


@pytest.fixture(name="backend")
def running_backend(monkeypatch: pytest.MonkeyPatch) -> Iterator[Backend]:
    backend = Backend()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.send_response(backend.take(self.rfile.read(int(self.headers["content-length"]))))
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing: a test's output is its own."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    here = f"http://127.0.0.1:{server.server_port}/v1/traces"
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", here)
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "1")
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield backend
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(name="run")
def prepared_run(tmp_path: Path) -> Path:
    return prepared(tmp_path, exchanges=3)


def prepared(parent: Path, exchanges: int) -> Path:
    """Write the spools of a run that is over."""
    run = parent / f"20261127T000000Z-short-{TAG}"
    ago_ns = now_ns() - 10_000 * MS
    facts: dict[str, str | int | float | bool | None] = {
        "start_ns": ago_ns,
        "end_ns": ago_ns + 5000 * MS,
    }
    spools: Spools = {
        "conductor-0": [
            Event(name="phase", at_ns=ago_ns, subject="fault", facts=facts),
            Event(name="run_end", at_ns=ago_ns + 6000 * MS),
        ],
        "worker-0": [],
        "injector-0": [],
    }
    for number in range(exchanges):
        for name, rows in failover(number, ago_ns + number * 100 * MS).items():
            spools[name] += rows
    for name, rows in spools.items():
        first = opened_row(name.split("-")[0])
        rows.insert(0, msgspec.structs.replace(first, monotonic_ns=ago_ns))
        rows.append(SpoolEnded(rows=len(rows)))
    write_spools(run, spools)
    return run


@pytest.fixture(name="processes")
def started(run: Path, backend: Backend) -> Iterator[Processes]:
    del backend  # it must be there first: the environment names it
    processes = Processes(run)
    processes.start(EXPORTER, ExporterConfig(run_folder=str(run), run_tag=TAG, grace_s=0.0))
    yield processes
    processes.release_all(2.0)


def rest_of(run: Path) -> int:
    """Send from the record what was not sent; return how many spans that were."""
    with opened(run / "export", destination(os.environ)) as ledger:
        sent = export(read_record(run), run_id=run.name, described=Described(), ledger=ledger)
    assert not sent.failed
    return sent.sent


def whole(run: Path, backend: Backend) -> list[bytes]:
    """Return what an export of the whole record sends."""
    backend.spans.clear()
    export(read_record(run), run_id=run.name, described=Described())
    return sorted(backend.spans)


def test_what_is_sent_meanwhile_is_what_the_record_gives(
    run: Path, processes: Processes, backend: Backend
) -> None:
    said = processes.end_exporting(5.0)
    assert said is not None
    assert said["spans_left"] == 0
    live = sorted(backend.spans)
    assert rest_of(run) == 0
    assert live == whole(run, backend)


def test_an_exporter_that_was_killed_loses_nothing(
    run: Path, processes: Processes, backend: Backend
) -> None:
    wait_for(lambda: backend.asked or None, 10.0)
    (pid,) = pids_with(str(run / "config" / "exporter-0.json"))
    os.kill(pid, signal.SIGKILL)
    wait_for(lambda: processes.lost().get(EXPORTER), 5.0)
    assert processes.restart(EXPORTER)
    assert processes.end_exporting(5.0) is not None
    live = set(backend.spans)
    assert rest_of(run) == 0
    assert live == set(whole(run, backend))


@pytest.mark.parametrize("status", [401, 503, 413])
def test_what_was_refused_is_sent_later(
    run: Path, processes: Processes, backend: Backend, status: int
) -> None:
    backend.status = status
    wait_for(lambda: backend.asked or None, 10.0)
    said = processes.end_exporting(1.0)
    assert said is not None
    assert str(status) in str(said["reason"])
    assert backend.spans == []
    processes.release_all(2.0)
    backend.status = 200
    assert rest_of(run) > 0
    later = sorted(backend.spans)
    assert later == whole(run, backend)
