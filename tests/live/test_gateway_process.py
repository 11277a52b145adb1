"""A gateway under test: started, joined by marks alone, judged, and its end told."""

import os
import signal
import socket
import sys
import threading
from pathlib import Path

import pytest

from experiments.exported import export_run
from experiments.model import Ready
from experiments.running.gateway import GatewayConfig
from experiments.running.processes import COLLECTOR, Processes
from telemetry.collected import collected_spans
from telemetry.identity import GATEWAY, own_exchange
from telemetry.seal import read_record
from tests.live.collectors import collector
from tests.live.rehearsals import Rehearsal, pids_with, wait_for

pytestmark = [pytest.mark.live, pytest.mark.timeout(120)]
FAKE = Path(__file__).with_name("fake_gateway.py")

EXPERIMENT = """\
title: A gateway fails over
endpoints:
  azure: {{dialect: azure-openai, stand_in: {{latency: {{overhead_s: 0.05}}}}}}
  vertex: {{dialect: vertex-gemini, stand_in: {{latency: {{overhead_s: 0.05}}}}}}
route:
  gateway:
    order: [azure, vertex]
    dialect: openai-chat
    command: ["{python}", "{fake}", "{{port}}"{arguments}]
    ready: {{within_s: {within}}}
    clients: 2
telemetry: {{collect: {collect}}}
load:
  constant: {{rate_per_s: 20}}
  prompt_tokens: {{median: 40}}
  output_tokens: {{median: 5}}
  stream: false
phases: {{warm_up_s: 0, baseline_s: 4, fault_s: 4, recovery_s: 10, drain_s: 5}}
faults:
  - {{id: outage, at: azure, duration_s: 4, inject: {{http_error: {{status: 503}}}}}}
gates:
  - user_errors (fault) <= 5 %
  - failover_delay max <= 5 s
"""


def rehearse(
    folder: Path, *arguments: str, within: float = 20, collect: str = "false"
) -> Rehearsal:
    folder.mkdir()
    path = folder / "gateway.yaml"
    said = "".join(f', "{argument}"' for argument in arguments)
    path.write_text(
        EXPERIMENT.format(
            python=sys.executable, fake=FAKE, arguments=said, within=within, collect=collect
        )
    )
    return Rehearsal(path, folder)


def an_unused_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def press(run: Rehearsal, when: str, told: str) -> None:
    wait_for(lambda: when in run.said() or None, 20)
    run.interrupt()
    wait_for(lambda: told in run.said() or None, 5)


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Rehearsal]:
    """Run them side by side; each needs little."""
    out = tmp_path_factory.mktemp("gateways")
    started = {
        "well": rehearse(out / "well"),
        "dies": rehearse(out / "dies", "--die-after", "120"),
        "never": rehearse(out / "never", "--never-ready", within=2),
        "forgetful": rehearse(out / "forgetful", "--forgetful"),
        "unwanted": rehearse(out / "unwanted", "--never-ready", within=60),
        "hurried": rehearse(out / "hurried"),
        "traced": rehearse(out / "traced", collect="true"),
    }
    try:
        press(started["unwanted"], "starting the gateway", "interrupted:")
        press(started["hurried"], "exchanges planned", "interrupted:")
        started["hurried"].interrupt()
        started["traced"].until(6.0)
        os.kill(started["traced"].child(COLLECTOR), signal.SIGKILL)
        for run in started.values():
            run.end(90)
    finally:
        for run in started.values():
            run.close()
    return started


def test_every_exchange_is_joined_and_every_attempt_is_counted(runs: dict[str, Rehearsal]) -> None:
    verdict = runs["well"].verdict()
    assert (verdict["verdict"], verdict["exit_code"]) == ("PASS", 0), verdict
    whole = verdict["metrics"]["run"] if "run" in verdict["metrics"] else verdict["metrics"]
    assert whole
    logs = runs["well"].folder() / "stand-in"
    vertex = len((logs / "vertex.jsonl").read_text().splitlines())
    touched = verdict["attestation"]["outage"]["attempts"]
    assert touched >= 60
    assert vertex == touched + 1  # and the canary


def test_one_that_dies_after_a_healthy_baseline_has_failed(runs: dict[str, Rehearsal]) -> None:
    verdict = runs["dies"].verdict()
    assert (verdict["verdict"], verdict["exit_code"]) == ("FAIL", 3), verdict
    (died,) = [f for f in verdict["findings"] if f["gate"] == "gateway_died"]
    assert "137" in died["reason"]
    assert "out of memory" in died["reason"]


def test_one_that_is_never_ready_ends_the_run_with_the_last_that_it_said(
    runs: dict[str, Rehearsal],
) -> None:
    run = runs["never"]
    assert run.process.returncode == 4
    assert "not ready within 2 s: GET /health" in run.said()
    assert "gave 503, not 200" in run.said()
    assert "fake gateway: starting" in run.said()


def test_attempts_that_nobody_can_place_are_no_verdict(runs: dict[str, Rehearsal]) -> None:
    run = runs["forgetful"]
    assert run.process.returncode == 4
    assert "gateway: it answered, but its proxy never saw the request" in run.said()


def test_ctrl_c_while_it_gets_ready_is_heard_at_once(runs: dict[str, Rehearsal]) -> None:
    verdict = runs["unwanted"].verdict()
    assert (verdict["aborted"], verdict["exit_code"]) == ("interrupted in the preparation", 5)


def test_a_second_ctrl_c_does_not_wait_for_it(runs: dict[str, Rehearsal]) -> None:
    assert runs["hurried"].process.returncode == 130


def test_a_gateways_own_spans_are_kept_and_a_dead_collector_costs_nothing_else(
    runs: dict[str, Rehearsal],
) -> None:
    verdict = runs["traced"].verdict()
    assert (verdict["verdict"], verdict["exit_code"]) == ("PASS", 0), verdict
    folder = runs["traced"].folder()
    record = read_record(folder)
    kept = list(collected_spans(folder))
    assert {row.resource["service.name"] for row in kept} == {"fake-gateway"}
    (event,) = record.named("collected")
    assert event.facts["restarts"] == 1
    assert 0 < int(str(event.facts["accepted_spans"])) < len(kept)
    fronts = {one.trace_id: one.front.span_id for one in record.exchanges if one.front}
    ours = [row for row in kept if row.trace_id in fronts]
    # What was sent while none listened is lost; it is started again within a moment.
    assert len(ours) > 0.8 * len(fronts)
    assert {row.parent_span_id == fronts[row.trace_id] for row in ours} == {True}


def test_collected_spans_are_exported_between_the_clients_and_the_proxies(
    runs: dict[str, Rehearsal], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with collector(tmp_path) as backend:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://127.0.0.1:{backend.http_port}")
        exported = export_run(runs["traced"].folder())
        assert exported.failed == 0
        arrived = backend.spans(exported.sent)
    assert len(arrived) == len({(row.trace_id, row.span_id) for row in arrived}) == exported.sent
    by_id = {(row.trace_id, row.span_id): row for row in arrived}
    theirs = [row for row in arrived if row.resource["service.name"] == "fake-gateway"]
    asked = [row for row in theirs if own_exchange(row.trace_id, row.trace_id[:8]) is not None]
    above = {by_id[row.trace_id, row.parent_span_id].name for row in asked}
    assert above == {"attempt gateway"}
    routed = {(row.trace_id, row.span_id) for row in theirs}
    below = {row.name for row in arrived if (row.trace_id, row.parent_span_id) in routed}
    assert below == {"attempt azure", "attempt vertex"}
    assert {row.resource["crosswind.run.id"] for row in arrived} == {runs["traced"].folder().name}


def test_nobody_is_told_of_a_collector_that_was_not_asked_for(runs: dict[str, Rehearsal]) -> None:
    folder = runs["well"].folder()
    assert not (folder / "collected").exists()
    assert read_record(folder).named("collected") == ()


def test_a_gateway_ends_with_the_process_that_keeps_it(tmp_path: Path) -> None:
    run = rehearse(tmp_path / "kept", "--kept-by-nobody")
    try:
        wait_for(lambda: "exchanges planned" in run.said() or None, 30)
        os.kill(run.child(GATEWAY), signal.SIGKILL)
        assert run.end(60) == 4
    finally:
        run.close()
    wait_for(lambda: pids_with("--kept-by-nobody") == [] or None, 5)


def test_one_that_dies_as_it_is_told_to_end_has_died(tmp_path: Path) -> None:
    processes, port = Processes(tmp_path), an_unused_port()
    config = GatewayConfig(
        command=(sys.executable, str(FAKE), str(port), "--dies-last"),
        port=port,
        ready=Ready(within_s=20.0),
        log=str(tmp_path / "gateway.log"),
    )
    processes.start(GATEWAY, config)
    (keeper,) = pids_with(str(tmp_path / "config"))
    (gateway,) = (pid for pid in pids_with("--dies-last") if pid != keeper)
    os.kill(keeper, signal.SIGSTOP)  # so that the order is the first that it sees
    os.kill(gateway, signal.SIGKILL)
    threading.Timer(0.3, os.kill, (keeper, signal.SIGCONT)).start()
    assert processes.stop(GATEWAY) == ""
    assert [word["gateway_died"] for word in processes.words(GATEWAY)] == [-signal.SIGKILL]


def test_one_that_is_told_to_end_has_not_died(tmp_path: Path) -> None:
    processes, port = Processes(tmp_path), an_unused_port()
    config = GatewayConfig(
        command=(sys.executable, str(FAKE), str(port)),
        port=port,
        ready=Ready(within_s=20.0),
        log=str(tmp_path / "gateway.log"),
    )
    processes.start(GATEWAY, config)
    assert processes.stop(GATEWAY) == ""
    assert processes.words(GATEWAY) == []


def test_nothing_of_them_is_left(runs: dict[str, Rehearsal]) -> None:
    assert [pid for run in runs.values() for pid in pids_with(str(run.folder()))] == []
    assert pids_with(str(FAKE)) == []
