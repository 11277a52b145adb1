"""`judge` and `report`: what a run folder says after the run."""

import json
import math
from pathlib import Path

import pytest

from experiments.judging.verdict import ExitCode
from telemetry.record import Record
from telemetry.run_folder import RunFolder
from tests.experiments.commands.asking import Crosswind
from tests.experiments.finished import finished
from tests.experiments.scenario import record, with_breaker, with_spool, without_fallback
from tests.telemetry.synthetic import END_S, event

REPORTS = {"report.html", "report.md", "junit.xml"}
PASSED = record(with_breaker())
FAILED = record(without_fallback())
UNENDED = with_spool(PASSED, "worker", ended=False)


def contents(run: Path) -> dict[str, bytes]:
    """Return what every file of a run holds, but the sealed rows."""
    return {path.name: path.read_bytes() for path in run.iterdir() if path.is_file()}


@pytest.mark.parametrize(
    ("seen", "code", "verdict"),
    [
        (PASSED, ExitCode.PASS, "PASS"),
        (FAILED, ExitCode.FAIL, "FAIL"),
        (UNENDED, ExitCode.INCONCLUSIVE, "INCONCLUSIVE"),
        (record(with_breaker(), aborted="Ctrl-C"), ExitCode.ABORTED, "ABORTED"),
        (record(with_breaker(), faults_left=1), ExitCode.FAULTS_NOT_REMOVED, "exit 6"),
    ],
)
def test_judging_exits_with_the_verdicts_code_and_says_it(
    seen: Record, code: ExitCode, verdict: str, tmp_path: Path, crosswind: Crosswind
) -> None:
    said = crosswind("judge", finished(tmp_path, seen))
    assert said.code == code
    assert verdict in said.out
    assert said.err == ""


def test_judging_again_changes_nothing_even_where_everything_was_deleted(
    tmp_path: Path, crosswind: Crosswind
) -> None:
    run = finished(tmp_path, FAILED)
    first = crosswind("judge", run)
    before = contents(run)
    assert before.keys() == REPORTS | {"verdict.json", "experiment.yaml", "run.log.ndjson"}
    assert crosswind("judge", run) == first
    assert contents(run) == before
    for name in (*REPORTS, "verdict.json", "run.log.ndjson"):
        (run / name).unlink()
    assert crosswind("judge", run) == first
    assert contents(run) == before


def test_a_verdict_rests_on_the_rows_and_not_on_an_older_verdict(
    tmp_path: Path, crosswind: Crosswind
) -> None:
    run = finished(tmp_path, FAILED)
    RunFolder(run).verdict.write_text('{"verdict": "PASS", "exit_code": 0}')
    assert crosswind("judge", run).code == ExitCode.FAIL


def test_a_pass_that_cannot_be_written_is_said_and_is_no_pass(
    tmp_path: Path, crosswind: Crosswind
) -> None:
    run = finished(tmp_path, PASSED)
    RunFolder(run).verdict.mkdir()
    said = crosswind("judge", run)
    assert said.code == ExitCode.INCONCLUSIVE
    assert "could not write" in said.err
    assert "verdict.json" in said.err
    assert "Traceback" not in said.err


def test_reports_are_written_again_whatever_the_verdict(
    tmp_path: Path, crosswind: Crosswind
) -> None:
    run = finished(tmp_path, FAILED)
    said = crosswind("report", run)
    assert (said.code, said.out) == (0, f"report: {run / 'report.html'}\n")
    written = contents(run)
    assert written.keys() == REPORTS | {"experiment.yaml"}
    crosswind("judge", run)
    assert {name: contents(run)[name] for name in REPORTS} == {n: written[n] for n in REPORTS}


@pytest.mark.parametrize("command", ["judge", "report", "export", "query"])
def test_sealed_rows_that_are_none_are_wrong_usage(
    command: str, tmp_path: Path, crosswind: Crosswind
) -> None:
    run = finished(tmp_path, PASSED)
    RunFolder(run).attempts.write_text("not parquet")
    said = crosswind(command, run)
    assert said.code == 2
    assert "cannot be read" in said.err
    assert "Traceback" not in said.err


@pytest.mark.parametrize("command", ["judge", "report", "export", "query"])
def test_a_file_is_no_run_folder(command: str, tmp_path: Path, crosswind: Crosswind) -> None:
    run = finished(tmp_path, PASSED)
    said = crosswind(command, run / "experiment.yaml")
    assert said.code == 2
    assert "is a file" in said.err


def test_an_export_by_an_unknown_protocol_is_wrong_usage(
    tmp_path: Path, crosswind: Crosswind, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_PROTOCOL", "pigeon")
    said = crosswind("export", finished(tmp_path, PASSED))
    assert said.code == 2
    assert "pigeon" in said.err


def test_a_phase_that_never_began_is_not_judged_as_if_it_had(
    tmp_path: Path, crosswind: Crosswind
) -> None:
    early = record(with_breaker(), without=["phase"], extra=[event("late", END_S)])
    assert crosswind("judge", finished(tmp_path, early)).code == ExitCode.INCONCLUSIVE


@pytest.mark.parametrize("form", ["otlp-json", "parquet"])
def test_an_exported_file_analysed_gives_the_runs_own_figures(
    form: str, tmp_path: Path, crosswind: Crosswind
) -> None:
    run = finished(tmp_path, PASSED)
    crosswind("judge", run)
    said = crosswind("export", run, "--to", form, tmp_path / "spans")
    assert (said.code, said.err) == (0, "")
    assert f"spans in {tmp_path / 'spans'}" in said.out
    crosswind("analyse", "--from", form, tmp_path / "spans", "--out", tmp_path / "back")
    ours, back = (
        json.loads((folder / "verdict.json").read_bytes())["metrics"]
        for folder in (run, tmp_path / "back")
    )
    for name in ("failover_time", "failover_delay", "detection_time", "failback_time", "leakage"):
        mine, read = ours[name]["outage"], back[name]["outage"]
        assert mine["value"] is not None, name
        assert math.isclose(read["value"], mine["value"], abs_tol=0.001), name


def test_a_file_in_a_folder_is_called_like_its_run(tmp_path: Path, crosswind: Crosswind) -> None:
    run = finished(tmp_path, PASSED)
    crosswind("export", run, "--to", "otlp-json", tmp_path)
    crosswind("export", run, "--to", "parquet", tmp_path)
    written = {path.name for path in tmp_path.iterdir() if path.is_file()}
    assert written == {f"{run.name}.otlp.jsonl", f"{run.name}.parquet"}


@pytest.mark.parametrize(
    ("form", "file", "said"),
    [
        ("otlp_json", "spans", "did you mean otlp-json?"),
        ("csv", "spans", "there are otlp-json and parquet"),
        ("parquet", "no/such/folder/spans", "No such file or directory"),
    ],
)
def test_a_file_that_cannot_be_written_is_told(
    form: str, file: str, said: str, tmp_path: Path, crosswind: Crosswind
) -> None:
    told = crosswind("export", finished(tmp_path, PASSED), "--to", form, tmp_path / file)
    assert told.code == 2
    assert said in told.err


def test_a_file_holds_the_share_that_was_asked_for(tmp_path: Path, crosswind: Crosswind) -> None:
    run = finished(tmp_path, PASSED)
    counts = []
    for share in (1, 0.1):
        told = crosswind("export", run, "--sample", share, "--to", "parquet", tmp_path / "spans")
        counts.append(int(told.out.split()[0]))
    assert counts[1] < counts[0] / 2
