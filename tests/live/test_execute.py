"""A command of somebody's own: run under the proxies, judged by what it did on the wire."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import IO, Any

import pytest

from experiments.exported import export_run
from telemetry.collected import collected_spans
from telemetry.outcome import Outcome
from telemetry.rows import SpanCollected
from telemetry.seal import read_record
from tests.live.collectors import collector
from tests.live.rehearsals import CROSSWIND, pids_with

pytestmark = [pytest.mark.live, pytest.mark.timeout(60)]
EXAMPLES = Path(__file__).parents[2] / "examples" / "exec"
TRACED = """
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

provider = TracerProvider()
provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
tracer = provider.get_tracer("mine")
with tracer.start_as_current_span("above"), tracer.start_as_current_span("below"):
    pass
provider.shutdown()
"""
"""A command that is told nothing but by its environment."""

CALLS = """
import os
import grpc
from providers.catalog import make_dialect
from providers.dialect import Question

dialect = make_dialect({"open-inference": {}})
with grpc.insecure_channel(os.environ["CROSSWIND_TRITON_ADDRESS"]) as channel:
    for number in range(10):
        for attempt in range(3):
            question = Question(prompt=f"question {number}", max_output_tokens=3)
            asked = dialect.request(question, "", "k")
            call = channel.unary_stream(asked.target)(asked.body, metadata=asked.headers)
            try:
                list(call)
                break
            except grpc.RpcError:
                continue
"""
"""A client over gRPC that tries again by itself, and tells nobody."""

CALLED = """
title: A client over gRPC
endpoints:
  triton: {dialect: open-inference, stand_in: {latency: {overhead_s: 0.01, token_gap_s: 0.001}}}
faults:
  - {id: down, at: triton, duration_s: 60, first_n: 4, inject: {grpc_status: {code: 14}}}
  - id: cut
    at: triton
    duration_s: 60
    after_n: 4
    first_n: 2
    inject: {stream_truncate: {after_tokens: 1}}
"""

ASK = [sys.executable, str(EXAMPLES / "ask.py")]


def run(out: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    command = [CROSSWIND, "exec", "--out", str(out), *words]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=50)


def verdict(out: Path) -> dict[str, Any]:
    (folder,) = out.glob("2*")
    found: dict[str, Any] = json.loads((folder / "verdict.json").read_bytes())
    return found


def test_the_official_clients_retries_and_what_it_took_for_a_success_are_told(
    tmp_path: Path,
) -> None:
    done = run(tmp_path, str(EXAMPLES / "truncated.yaml"), "--", *ASK)
    assert done.returncode == 3, done.stdout + done.stderr
    assert "answer 2:" in done.stdout
    assert "2 of them retries, waiting " in done.stdout
    assert "3 failed, 3 of those taken for a success" in done.stdout
    assert "the command exited 0; crosswind exits 3" in done.stdout
    (folder,) = tmp_path.glob("2*")
    before = (folder / "verdict.json").read_bytes()
    again = subprocess.run([CROSSWIND, "judge", str(folder)], capture_output=True, check=False)
    assert again.returncode == 3
    assert (folder / "verdict.json").read_bytes() == before


def test_calls_over_grpc_are_read_and_their_retries_known(tmp_path: Path) -> None:
    experiment = tmp_path / "called.yaml"
    experiment.write_text(CALLED)
    done = run(tmp_path, str(experiment), "--", sys.executable, "-c", CALLS)
    assert "14 attempts for 10 exchanges, 4 of them retries" in done.stdout, (
        done.stdout + done.stderr
    )
    assert "2 failed, 0 of those taken for a success" in done.stdout
    (folder,) = tmp_path.glob("2*")
    ended = [(a.outcome, a.rpc_status) for e in read_record(folder).exchanges for a in e.attempts]
    assert ended == [
        *[(Outcome.SERVER_ERROR, "UNAVAILABLE")] * 4,
        *[(Outcome.TRUNCATED, None)] * 2,
        *[(Outcome.OK, "OK")] * 8,
    ]


def test_several_questions_on_one_stream_are_no_success(tmp_path: Path) -> None:
    experiment = tmp_path / "called.yaml"
    experiment.write_text(CALLED.partition("faults:")[0])
    asking = """
import os
import grpc
from providers.catalog import make_dialect
from providers.dialect import Question

dialect = make_dialect({"open-inference": {}})
asked = [dialect.request(Question(prompt=p, max_output_tokens=3), "", "k") for p in "ab"]
with grpc.insecure_channel(os.environ["CROSSWIND_TRITON_ADDRESS"]) as channel:
    call = channel.stream_stream(asked[0].target)
    list(call((one.body for one in asked), metadata=asked[0].headers))
"""
    done = run(tmp_path, str(experiment), "--", sys.executable, "-c", asking)
    (folder,) = tmp_path.glob("2*")
    (attempt,) = [a for e in read_record(folder).exchanges for a in e.attempts]
    assert attempt.outcome is Outcome.MALFORMED, done.stdout + done.stderr
    assert "several questions on one stream" in (attempt.error or "")


def test_continuous_integration_is_told_on_its_own_pages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))
    done = run(tmp_path, "--", sys.executable, "-c", "")
    assert "::warning title=" in done.stdout
    assert "the command asked none of the endpoints" in (tmp_path / "summary.md").read_text()


def test_a_command_without_faults_says_nothing_of_them(tmp_path: Path) -> None:
    done = run(
        tmp_path, "--exit-code", "command", "--", sys.executable, "-c", "raise SystemExit(7)"
    )
    assert done.returncode == 7
    assert verdict(tmp_path)["exit_code"] == 4
    assert "the command asked none of the endpoints" in done.stdout


def test_an_exit_code_by_a_signal_is_passed_on_as_a_shell_would(tmp_path: Path) -> None:
    script = "import os; os.kill(os.getpid(), 15)"
    done = run(tmp_path, "--exit-code", "command", "--", sys.executable, "-c", script)
    assert done.returncode == 128 + 15
    assert "the command was ended by SIGTERM; crosswind exits 4" in done.stdout


def test_a_command_that_is_not_there_is_told(tmp_path: Path) -> None:
    done = run(tmp_path, "--", "no-such-command-anywhere")
    assert done.returncode == 4
    assert "no-such-command-anywhere cannot be started: No such file or directory" in done.stdout


def test_a_commands_own_spans_are_collected_and_exported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    experiment = tmp_path / "collect.yaml"
    asking = (EXAMPLES / "truncated.yaml").read_text()
    experiment.write_text(f"{asking}telemetry: {{collect: true, protocol: grpc}}\n")
    run(tmp_path / "runs", str(experiment), "--", sys.executable, "-c", TRACED)
    (folder,) = (tmp_path / "runs").glob("2*")
    (event,) = read_record(folder).named("collected")
    assert event.facts["accepted_spans"] == 2
    assert [row.name for row in collected_spans(folder)] == ["below", "above"]
    with collector(tmp_path) as backend:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://127.0.0.1:{backend.http_port}")
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf")
        exported = export_run(folder)
        assert exported.failed == 0
        names = {row.name for row in backend.spans(exported.sent)}
        assert names >= {"below", "above"}


def test_what_a_command_did_is_exported_when_it_is_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with collector(tmp_path) as backend:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://127.0.0.1:{backend.http_port}")
        done = run(tmp_path / "runs", str(EXAMPLES / "truncated.yaml"), "--", *ASK)
        (sent,) = re.findall(r"(\d+) spans exported", done.stdout)
        (folder,) = (tmp_path / "runs").glob("2*")
        live = sorted(map(_told, backend.spans(int(sent))))
        assert export_run(folder).sent == 0
        again = export_run(folder, again=True).sent
        assert again == len(live)
        assert sorted(map(_told, backend.spans(2 * again)[again:])) == live
    assert {name for name, *_ in live} >= {"crosswind run", "phase fault", "attempt azure"}


def _told(span: SpanCollected) -> tuple[str, str, str, str]:
    return span.name, span.trace_id, span.span_id, span.parent_span_id


def test_ctrl_c_ends_the_command_and_all_else(tmp_path: Path) -> None:
    script = "import time; print('up', flush=True); time.sleep(60)"
    command = [CROSSWIND, "exec", "--out", str(tmp_path), "--", sys.executable, "-c", script]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        assert process.stdout is not None
        while process.stdout.readline().strip() != "up":
            time.sleep(0.01)
        os.killpg(process.pid, signal.SIGINT)
        process.stdout.read()
        assert process.wait(30) == 5
    assert verdict(tmp_path)["aborted"] == "interrupted"
    (folder,) = tmp_path.glob("2*")
    assert pids_with(str(folder)) == []


@pytest.mark.parametrize(("presses", "code"), [(1, 5), (2, 130)])
def test_the_commands_own_children_end_with_it(presses: int, code: int, tmp_path: Path) -> None:
    deaf = "import signal, time; signal.signal(15, signal.SIG_IGN); print('up', flush=True)"
    inner = f"'{sys.executable}' -c \"{deaf}; time.sleep(60)\" '{tmp_path}'; echo after"
    command = [CROSSWIND, "exec", "--out", str(tmp_path), "--", "sh", "-c", inner]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        assert process.stdout is not None
        _until(process.stdout, "up")
        process.send_signal(signal.SIGINT)
        if presses > 1:
            _until(process.stdout, "ending the command")
            process.send_signal(signal.SIGINT)
        assert process.wait(30) == code
    assert pids_with(str(tmp_path)) == []


def test_ctrl_c_before_the_command_means_that_it_is_not_started(tmp_path: Path) -> None:
    command = [CROSSWIND, "exec", "--out", str(tmp_path), "--", "touch", str(tmp_path / "started")]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        assert process.stdout is not None
        _until(process.stdout, "starting stand-ins, proxies and store")
        process.send_signal(signal.SIGINT)
        said = process.stdout.read()
        assert process.wait(30) == 5
    assert "the command was not started" in said
    assert verdict(tmp_path)["aborted"] == "interrupted in the preparation"
    assert not (tmp_path / "started").exists()


def test_a_stop_condition_ends_a_command(tmp_path: Path) -> None:
    path = tmp_path / "stopping.yaml"
    stops = "stop: [{http: 'http://127.0.0.1:9/health', failures: 2}]\n"
    path.write_text("title: x\nendpoints: {azure: {dialect: azure-openai, stand_in: {}}}\n" + stops)
    done = run(tmp_path, str(path), "--", "sleep", "40")
    assert done.returncode == 5, done.stdout + done.stderr
    assert "http://127.0.0.1:9/health cannot be asked" in verdict(tmp_path)["aborted"]


def _until(lines: IO[str], wanted: str) -> None:
    while (line := lines.readline().strip()) != wanted:
        assert line, f"it ended before it said {wanted!r}"
