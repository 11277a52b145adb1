"""For a command an experiment may say little, and what it says of load does not count."""

from pathlib import Path

import pytest

from experiments.reading.command import read_for_command
from experiments.reading.problems import ExperimentError, UsageError
from tests.experiments.files import GOOD


def test_without_a_file_there_are_two_stand_ins_and_no_faults() -> None:
    experiment = read_for_command(None, ["pytest"])
    assert [endpoint.name for endpoint in experiment.endpoints] == ["azure", "vertex"]
    assert (experiment.faults, experiment.gates) == ((), ())


def test_a_file_needs_endpoints_alone(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("endpoints:\n  azure: {dialect: azure-openai, stand_in: {}}\n")
    experiment = read_for_command(path, ["./ask", "-v"])
    assert (experiment.name, experiment.title) == ("mine", "A command: ./ask")


def test_an_experiment_for_a_run_is_one_for_a_command_too(tmp_path: Path) -> None:
    path = tmp_path / "drill.yaml"
    path.write_text(GOOD)
    experiment = read_for_command(path, ["x"], ["faults.0.share=0.5"])
    assert experiment.faults[0].share == 0.5
    assert experiment.gates
    assert experiment.phases.baseline_s == 0


def test_what_is_wrong_is_still_told(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("endpoints:\n  azure: {dialect: azure-opnai, stand_in: {}}\n")
    with pytest.raises(ExperimentError, match="azure-openai"):
        read_for_command(path, ["x"])
    with pytest.raises(UsageError):
        read_for_command(tmp_path / "none.yaml", ["x"])
