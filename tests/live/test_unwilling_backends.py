"""Whatever a backend does while a run goes on, nothing is lost: it gets the rest later.

The exporter process follows prepared spools; then the rest is sent from the record, once the
backend takes again.
"""

import os
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import grpc
import pytest
import trustme
from opentelemetry.sdk.resources import Resource

from experiments.running.processes import EXPORTER, Processes
from telemetry.export import deliver_all, export, units_of
from telemetry.exporter_config import ExporterConfig
from telemetry.exporting.batches import Unit
from telemetry.exporting.delivery import Delivery
from telemetry.exporting.destination import LOGS, TRACES, destination
from telemetry.exporting.ledger import opened
from telemetry.exporting.log_delivery import log_delivery
from telemetry.logs.made import log_of
from telemetry.logs.otlp import unit_of
from telemetry.redaction import Redactor
from telemetry.run_folder import RunFolder
from telemetry.seal import read_record
from telemetry.spans import Described
from tests.live.otlp_backend import GRPC, HTTP, TAKES, Backend, Says, backend, wait_until
from tests.live.rehearsals import pids_with, wait_for
from tests.live.test_exporter import prepared
from tests.telemetry.scenes import TAG

pytestmark = pytest.mark.live
PROTOCOLS = (GRPC, HTTP)

LIMITED = Says(429, grpc.StatusCode.RESOURCE_EXHAUSTED, retry_after_s=1)
FAILING: dict[str, Callable[[int], Says]] = {
    "silent": lambda _: Says(silent=True),
    "slow": lambda _: Says(after_s=2.0),
    "unauthorized": lambda _: Says(401, grpc.StatusCode.UNAUTHENTICATED),
    "limited": lambda _: LIMITED,
    "too large": lambda _: Says(
        413, grpc.StatusCode.RESOURCE_EXHAUSTED, "Received message larger than max (9 vs. 1)"
    ),
    "unavailable": lambda _: Says(503, grpc.StatusCode.UNAVAILABLE),
    "flapping": lambda asked: TAKES if asked % 3 == 2 else Says(503, grpc.StatusCode.UNAVAILABLE),
}


@pytest.fixture(name="run")
def prepared_run(tmp_path: Path) -> Path:
    return prepared(tmp_path, exchanges=40)


@pytest.fixture(name="processes")
def processes_of(run: Path) -> Iterator[Processes]:
    processes = Processes(run)
    yield processes
    processes.release_all(2.0)


def start(processes: Processes, run: Path) -> None:
    processes.start(EXPORTER, ExporterConfig(run_folder=str(run), run_tag=TAG, grace_s=0.0))


def kill(processes: Processes, run: Path) -> None:
    """Kill the exporter, and start it again as a run does."""
    (pid,) = pids_with(str(run / "config" / "exporter-0.json"))
    os.kill(pid, signal.SIGKILL)
    wait_for(lambda: processes.lost().get(EXPORTER), 5.0)
    assert processes.restart(EXPORTER)


def tell(monkeypatch: pytest.MonkeyPatch, protocol: str, port: int, scheme: str = "http") -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_PROTOCOL", protocol)
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"{scheme}://localhost:{port}")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "3")


def rest_of(run: Path) -> tuple[int, int]:
    """Send from the record what was not sent; return how many spans and log events that were."""
    folder, record = RunFolder(run), read_record(run)
    with opened(folder.export, destination(os.environ, TRACES)) as ledger:
        spans = export(record, run_id=run.name, described=Described(), ledger=ledger)
    with opened(folder.export_of_logs, destination(os.environ, LOGS)) as ledger:
        to = destination(os.environ, LOGS)
        events = deliver_all(log_units(run), to, log_delivery, ledger)
    assert not spans.failed
    assert not events.failed
    return spans.sent, events.sent


def log_units(run: Path) -> list[Unit]:
    record = read_record(run)
    return [unit_of(fact, Resource({}), record.clock, Redactor().redact) for fact in log_of(record)]


def all_is_there(run: Path, one: Backend, *, once: bool) -> None:
    """Hold what a backend took against the record: nothing is missing, nothing is strange."""
    spans = units_of(read_record(run), run.name, Described())
    wanted = {span.context.span_id for unit in spans for span in unit.spans}
    taken = Counter(int.from_bytes(span) for span in one.span_ids)
    assert set(taken) == wanted
    told = Counter((record.event_name, record.time_unix_nano) for record in one.records)
    facts = [unit.spans[0].log_record for unit in log_units(run)]
    assert set(told) == {(fact.event_name, fact.timestamp) for fact in facts}
    if once:
        assert set(taken.values()) == {1}
        assert sum(told.values()) == len(facts)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_backend_that_takes_has_all_when_the_run_is_over(
    protocol: str, run: Path, processes: Processes, monkeypatch: pytest.MonkeyPatch
) -> None:
    with backend(protocol) as (one, port):
        tell(monkeypatch, protocol, port)
        start(processes, run)
        said = processes.end_exporting(10.0)
        assert said is not None
        assert (said["spans_left"], said["reason"]) == (0, "")
        assert (said["log_events_left"], said["log_reason"]) == (0, "")
        assert rest_of(run) == (0, 0)
        all_is_there(run, one, once=True)
        assert said["spans_sent"] == len(one.spans)
        assert said["log_events_sent"] == len(one.records)
        spans = {record.span_id for record in one.records if record.span_id}
        assert spans <= set(one.span_ids)
        assert len(spans) == 40


@pytest.mark.parametrize("killed", [False, True], ids=["", "killed"])
@pytest.mark.parametrize("what", FAILING)
@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_what_a_backend_did_not_take_it_gets_later(  # noqa: PLR0917 - fixtures and cases
    protocol: str,
    what: str,
    killed: bool,  # noqa: FBT001 - a case
    run: Path,
    processes: Processes,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with backend(protocol) as (one, port):
        one.answer = FAILING[what]
        tell(monkeypatch, protocol, port)
        start(processes, run)
        wait_until(lambda: one.asked >= 2)
        if killed:
            kill(processes, run)
        processes.end_exporting(1.0)
        processes.stop(EXPORTER, 5.0)
        one.answer = lambda _: TAKES
        rest_of(run)
        # What was under way when the exporter was ended or gave up may have been taken unheard.
        all_is_there(run, one, once=what in {"unauthorized", "limited", "too large"})


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_backend_that_was_not_there_gets_all_of_it_later(
    protocol: str, run: Path, processes: Processes, monkeypatch: pytest.MonkeyPatch
) -> None:
    with backend(protocol) as (_, port):
        tell(monkeypatch, protocol, port)
    start(processes, run)
    said = processes.end_exporting(1.5)
    assert said is not None
    assert said["spans_sent"] == said["log_events_sent"] == 0
    assert int(said["spans_left"]) > 0
    assert int(said["log_events_left"]) > 0
    processes.stop(EXPORTER, 5.0)
    with backend(protocol, port) as (one, _):
        sent = rest_of(run)
        assert sent == (len(one.spans), len(one.records))
        all_is_there(run, one, once=True)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_backend_behind_tls_that_wants_a_header(
    protocol: str,
    run: Path,
    processes: Processes,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    with ExitStack() as stack:
        leaf = authority.issue_cert("localhost")
        one, port = stack.enter_context(backend(protocol, tls=leaf))
        tell(monkeypatch, protocol, port, "https")
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_CERTIFICATE", str(tmp_path / "ca.pem"))
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_HEADERS", "x-tenant=crew")
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_LOGS_HEADERS", "x-tenant=log")
        start(processes, run)
        said = processes.end_exporting(10.0)
        assert said is not None
        assert (said["reason"], said["log_reason"]) == ("", "")
        assert rest_of(run) == (0, 0)
        all_is_there(run, one, once=True)
        assert {headers["x-tenant"] for headers in one.headers} == {"crew", "log"}


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_backend_says_when_to_ask_again(protocol: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with backend(protocol) as (one, port):
        one.answer = lambda _: LIMITED
        tell(monkeypatch, protocol, port)
        for made in (Delivery(protocol), log_delivery(protocol)):
            answer = made.deliver([])
            made.close()
            assert (answer.kind, answer.retry_after_s) == ("later", 1.0)
