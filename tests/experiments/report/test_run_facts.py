from pathlib import Path

from experiments.reading.resolved import write_resolved
from experiments.report.run_facts import run_facts
from telemetry.run_folder import RunFolder
from tests.experiments.report.synthetic import TAG, experiment


def test_overrides_and_versions_are_told(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    write_resolved(folder, experiment(), run_tag=TAG, overrides=("faults.0.share=0",))
    facts = run_facts(folder.experiment)
    assert facts["Overrides"] == "faults.0.share=0"
    assert "crosswind" in facts["Versions"]


def test_a_folder_without_the_file_has_no_facts(tmp_path: Path) -> None:
    assert run_facts(tmp_path / "experiment.yaml") == {}
