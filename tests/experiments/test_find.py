"""Where an experiment lies."""

from pathlib import Path

import pytest

from experiments.find import catalog, find_experiment
from experiments.reading.problems import UsageError
from tests.experiments.files import write


def test_a_path_is_a_path(tmp_path: Path) -> None:
    path = write(tmp_path)
    assert find_experiment(str(path)) == path


def test_a_run_folder_means_the_experiment_in_it(tmp_path: Path) -> None:
    path = write(tmp_path, name="experiment.yaml")
    assert find_experiment(str(tmp_path)) == path


def test_a_name_is_one_of_the_catalogue() -> None:
    assert find_experiment("azure-outage") == catalog()["azure-outage"]


def test_a_name_that_is_none_is_told_the_nearest() -> None:
    with pytest.raises(UsageError, match="did you mean azure-outage"):
        find_experiment("azure-outag.yaml")


def test_a_folder_that_is_no_runs_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no run's: it has no experiment\.yaml"):
        find_experiment(str(tmp_path))
