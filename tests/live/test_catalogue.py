"""Every experiment of the catalogue, run for real, ends as its file says and tells the truth."""

import json
import shutil
import subprocess
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb
import pytest

from experiments.model import Experiment
from experiments.reading.read import read_experiment
from telemetry import identity
from telemetry.exchange import Attempt
from telemetry.record import Record
from telemetry.seal import read_record
from tests.live.rehearsals import CATALOGUE, CROSSWIND, Rehearsal

pytestmark = [pytest.mark.live, pytest.mark.timeout(240)]

FILES = {path.stem: path for path in CATALOGUE}
NAMES = list(FILES)

EXIT = {"PASS": 0, "FAIL": 3, "INCONCLUSIVE": 4}
Runs = dict[str, Rehearsal]


@pytest.fixture
def runs(catalogue_runs: Runs) -> Runs:
    return catalogue_runs


def crosswind(*words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([CROSSWIND, *words], capture_output=True, text=True, check=False)


def attempts_of(record: Record) -> list[Attempt]:
    return [attempt for exchange in record.exchanges for attempt in exchange.attempts]


def reached_the_provider(attempt: Attempt) -> bool:
    """Tell whether an attempt should stand in the stand-in's own log."""
    return not any(not touch.asked_upstream for touch in attempt.touches)


@pytest.mark.parametrize("name", NAMES)
def test_it_ends_as_its_file_says(name: str, runs: Runs) -> None:
    experiment: Experiment = read_experiment(FILES[name])
    assert experiment.expect is not None
    verdict = runs[name].verdict()
    told = runs[name].said()
    assert verdict["verdict"] == experiment.expect.verdict, told
    assert runs[name].process.returncode == EXIT[experiment.expect.verdict]
    failing = {f["gate"] for f in verdict["findings"] if f["verdict"] == "fail"}
    assert failing >= set(experiment.expect.failing), told
    assert bool(failing) == (experiment.expect.verdict == "FAIL")


@pytest.mark.parametrize("name", NAMES)
def test_it_leaves_nothing_running_and_everything_written(name: str, runs: Runs) -> None:
    assert runs[name].left() == []
    folder = runs[name].folder()
    for artefact in ("experiment.yaml", "verdict.json", "report.html", "report.md", "junit.xml"):
        assert (folder / artefact).stat().st_size > 0
    assert {p.name for p in (folder / "spans").iterdir()} == {
        "attempts.parquet",
        "exchanges.parquet",
        "faults.parquet",
        "events.parquet",
    }
    verdict = runs[name].verdict()
    assert verdict["spans"]["lost"] == 0
    assert verdict["generator"]["sent"] == verdict["generator"]["planned"]


@pytest.mark.parametrize("name", NAMES)
def test_attempts_equal_the_stand_ins_own_logs(name: str, runs: Runs) -> None:
    folder = runs[name].folder()
    record = read_record(folder)
    expected = Counter(
        (attempt.endpoint, identity.trace_id(record.run_tag, attempt.exchange), attempt.span_id)
        for attempt in attempts_of(record)
        if reached_the_provider(attempt)
    )
    logged: Counter[tuple[str, str, str]] = Counter()
    for log in (folder / "stand-in").glob("*.jsonl"):
        for line in log.read_text().splitlines():
            entry = json.loads(line)
            if not identity.is_canary(identity.exchange_number(entry["trace_id"])):
                logged[log.stem, entry["trace_id"], entry["span_id"]] += 1
    assert logged == expected


def test_times_agree_with_the_stand_ins_logs(runs: Runs) -> None:
    folder = runs["azure-outage"].folder()
    verdict = runs["azure-outage"].verdict()
    record = read_record(folder)
    (window,) = verdict["windows"]
    zero_s = zero_of(record)
    slack_s = max(inter_arrival_gaps(record)) + 0.05
    touched = {exchange.trace_id for exchange in record.exchanges if exchange.touched}

    rerouted = [at for trace, at in served_at(folder, "vertex") if trace in touched]
    detected_s = min(rerouted) - zero_s - window["first_hit_s"]
    assert abs(figure(verdict, "detection_time") - detected_s) <= slack_s

    window_end_s = zero_s + window["end_s"]
    returned = [at for _, at in served_at(folder, "azure") if at >= window_end_s]
    last_away_s = max(at for _, at in served_at(folder, "vertex")) - window_end_s
    assert min(returned) - window_end_s <= figure(verdict, "failback_time") + slack_s
    assert figure(verdict, "failback_time") <= last_away_s + slack_s


def zero_of(record: Record) -> float:
    """Return the run's time zero in seconds of the monotonic clock."""
    (warm_up,) = [event for event in record.named("phase") if event.subject == "warm_up"]
    start_ns = warm_up.facts["start_ns"]
    assert isinstance(start_ns, int)
    return start_ns / 1e9


def figure(verdict: dict[str, Any], metric: str) -> float:
    value = verdict["metrics"][metric]["outage"]["value"]
    assert isinstance(value, float)
    return value


def served_at(folder: Path, endpoint: str) -> list[tuple[str, float]]:
    """Return (trace id, seconds) of what an endpoint's stand-in answered with 200."""
    lines = (folder / "stand-in" / f"{endpoint}.jsonl").read_text().splitlines()
    entries = [json.loads(line) for line in lines]
    return [
        (entry["trace_id"], entry["at_ns"] / 1e9) for entry in entries if entry["status"] == 200
    ]


def inter_arrival_gaps(record: Record) -> list[float]:
    planned = [exchange.planned_ns / 1e9 for exchange in record.exchanges]
    return [later - earlier for earlier, later in pairwise(planned)]


def test_without_share_nobody_is_reached_and_nothing_is_claimed(runs: Runs) -> None:
    rehearsal = runs["unshared"]
    assert rehearsal.process.returncode == 4
    assert rehearsal.verdict()["verdict"] == "INCONCLUSIVE"
    assert any("outage" in reason for reason in rehearsal.verdict()["invalid"])


@pytest.mark.parametrize("name", NAMES)
def test_judging_again_repeats_the_verdict(name: str, runs: Runs, tmp_path: Path) -> None:
    folder = copy_of(runs[name].folder(), tmp_path)
    before = json.loads((folder / "verdict.json").read_bytes())
    for artefact in ("verdict.json", "report.html", "report.md", "junit.xml"):
        (folder / artefact).unlink()
    done = crosswind("judge", str(folder))
    assert done.returncode == before["exit_code"], done.stdout + done.stderr
    assert json.loads((folder / "verdict.json").read_bytes()) == before


def copy_of(folder: Path, into: Path) -> Path:
    return shutil.copytree(folder, into / folder.name)


def change(folder: Path, table: str, sql: str) -> None:
    """Rewrite `spans/<table>.parquet` with an UPDATE or a DELETE."""
    path = folder / "spans" / f"{table}.parquet"
    with duckdb.connect() as base:
        base.execute(f"create table {table} as from '{path}'")
        base.execute(sql)
        base.execute(f"copy {table} to '{path}' (format parquet)")


def attempts_in_window(folder: Path) -> int:
    """Return how many attempts amplification rests on."""
    verdict = json.loads((folder / "verdict.json").read_bytes())
    samples: int = verdict["metrics"]["amplification"]["outage"]["samples"]
    return round(figure(verdict, "amplification") * samples)


def test_changing_one_attempt_changes_the_figure_by_exactly_that_row(
    runs: Runs, tmp_path: Path
) -> None:
    folder = copy_of(runs["azure-outage"].folder(), tmp_path)
    before = attempts_in_window(folder)
    victim = next(e for e in read_record(folder).exchanges if len(e.attempts) == 2 and e.touched)
    doomed = f"exchange = {victim.number} and ordinal = 0"
    change(folder, "attempts", f"delete from attempts where {doomed}")
    crosswind("judge", str(folder))
    assert before - attempts_in_window(folder) == 1


def test_changing_the_rows_that_a_gate_rests_on_flips_it(runs: Runs, tmp_path: Path) -> None:
    folder = copy_of(runs["azure-outage"].folder(), tmp_path)
    assert crosswind("judge", str(folder)).returncode == 0
    later = ", ".join(f"{c} = {c} + 5000000000" for c in ("first_token_ns", "end_ns"))
    change(folder, "attempts", f"update attempts set {later} where endpoint = 'vertex'")
    slow = "end_ns = end_ns + 5000000000 where served_by = 'vertex'"
    change(folder, "exchanges", f"update exchanges set {slow}")
    done = crosswind("judge", str(folder))
    assert done.returncode == 3, done.stdout
    verdict = json.loads((folder / "verdict.json").read_bytes())
    failing = [f["gate"] for f in verdict["findings"] if f["verdict"] == "fail"]
    assert any(gate.startswith("time_to_first_token") for gate in failing)


def test_a_finished_run_can_be_reported_again(runs: Runs, tmp_path: Path) -> None:
    folder = copy_of(runs["midstream-cut"].folder(), tmp_path)
    (folder / "report.html").unlink()
    done = crosswind("report", str(folder))
    assert done.returncode == 0, done.stderr
    assert "<svg" in (folder / "report.html").read_text()
