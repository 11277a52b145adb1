"""Sending a finished run to an OpenTelemetry backend."""

from pathlib import Path

import pytest

from experiments.exported import export_run, served_by_endpoint
from experiments.reading.problems import UsageError
from experiments.reading.read import read_experiment
from experiments.reading.resolved import write_resolved
from telemetry.run_folder import RunFolder
from tests.experiments.files import write


def test_endpoints_are_named_by_provider_and_model(tmp_path: Path) -> None:
    served = served_by_endpoint(read_experiment(write(tmp_path)))
    assert served["azure"].provider == "azure.ai.openai"
    assert served["azure"].model == "gpt-4o"
    assert served["vertex"].model


def test_a_run_without_a_record_is_told_so(tmp_path: Path) -> None:
    experiment = read_experiment(write(tmp_path))
    write_resolved(RunFolder(tmp_path), experiment, run_tag="0a1b2c3d")
    with pytest.raises(UsageError, match="holds no record"):
        export_run(tmp_path)
