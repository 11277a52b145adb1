"""The run folder's experiment reads back to the experiment that ran."""

from pathlib import Path

import pytest

from experiments.find import catalog, find_experiment
from experiments.model import Experiment
from experiments.reading.document import parse_document
from experiments.reading.overrides import Overrides, read_overridden
from experiments.reading.problems import UsageError
from experiments.reading.read import experiment_of, read_experiment
from experiments.reading.resolved import (
    read_resolved,
    read_run,
    resolved_yaml,
    versions,
    write_resolved,
)
from experiments.reading.shape import RunShape
from telemetry.run_folder import RunFolder
from tests.experiments.files import changed, write

RUN = RunShape(run_tag="0a1b2c3d", run_id="r", name="drill", file="drill.yaml")


def written(experiment: Experiment, folder: Path) -> RunFolder:
    run = RunFolder(folder / "20261122T230146Z-drill-0a1b2c3d")
    run.path.mkdir()
    write_resolved(run, experiment, run_tag="0a1b2c3d", overrides=("--seed 7",))
    return run


@pytest.mark.parametrize("name", catalog())
def test_what_ran_reads_back_equal(name: str, tmp_path: Path) -> None:
    experiment = read_overridden(
        find_experiment(name), Overrides(sets=("faults.0.share=0.25", "bystanders=true"), seed=7)
    )
    assert read_resolved(written(experiment, tmp_path).experiment) == experiment


def test_it_says_which_run_it_was(tmp_path: Path) -> None:
    folder = written(read_experiment(write(tmp_path)), tmp_path)
    run = read_run(folder.experiment)
    assert (run.run_tag, run.run_id) == ("0a1b2c3d", folder.path.name)
    assert run.name == "drill"
    assert run.overrides == ("--seed 7",)
    assert {"python", "crosswind", "locust"} <= run.versions.keys()


def test_nothing_is_left_to_defaults(tmp_path: Path) -> None:
    text = resolved_yaml(read_experiment(write(tmp_path)), RUN)
    data = parse_document(text, "x").data
    assert data["faults"][0]["ramp_s"] == 0
    assert data["route"]["client"]["timeouts"]["gap_s"] == 2
    assert data["endpoints"]["azure"]["stand_in"]["latency"]["per_prompt_token_s"] == 5e-05
    assert data["baseline"] == {"max_error_share": 0.01}


def test_for_ever_survives(tmp_path: Path) -> None:
    text = changed("{http_error: {status: 503}}", "blackhole")
    experiment = read_experiment(write(tmp_path, text))
    assert experiment_of(parse_document(resolved_yaml(experiment, RUN), "x")).faults == (
        experiment.faults
    )


def test_a_known_failure_survives(tmp_path: Path) -> None:
    text = changed("expect: PASS", 'expect: {FAIL: ["failover_time <= 5 s"]}')
    experiment = read_experiment(write(tmp_path, text))
    again = experiment_of(parse_document(resolved_yaml(experiment, RUN), "x"))
    assert again.expect == experiment.expect


def test_a_finished_run_does_not_need_its_trace(tmp_path: Path) -> None:
    trace = write(
        tmp_path,
        "TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 18:17:03.5,10,5\n",
        "real.csv",
    )
    text = changed("poisson: {rate_per_s: 20}", "trace: {file: real.csv}")
    experiment = read_experiment(write(tmp_path, text))
    folder = written(experiment, tmp_path)
    trace.unlink()
    assert read_resolved(folder.experiment) == experiment


def test_it_is_an_experiment_file_itself(tmp_path: Path) -> None:
    experiment = read_experiment(write(tmp_path))
    folder = written(experiment, tmp_path)
    assert read_overridden(find_experiment(str(folder.path)), Overrides()) == experiment


def test_a_file_that_no_run_wrote_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no run folder's experiment"):
        read_run(write(tmp_path))


def test_versions_are_those_of_what_is_installed() -> None:
    found = versions()
    assert found["python"].startswith("3.")
    assert all(found.values())


def test_a_folder_that_is_no_runs_is_told_so_and_the_newest_run_in_it(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=f"{tmp_path}: no run folder, it has no experiment.yaml$"):
        read_resolved(tmp_path / "experiment.yaml")
    for run in ("2026a", "2026b"):
        (tmp_path / run).mkdir()
        write(tmp_path / run, name="experiment.yaml")
    with pytest.raises(UsageError, match=r"did you mean .*2026b"):
        read_resolved(tmp_path / "experiment.yaml")
