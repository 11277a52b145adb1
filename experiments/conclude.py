"""From a run folder to its verdict and reports: what `run` does last and `judge` does again."""

from pathlib import Path

from experiments.evidence import evidence_of
from experiments.judge import judge, judgement_json
from experiments.model import Experiment
from experiments.report import write_reports
from experiments.resolved import read_resolved
from experiments.verdict import Judgement
from telemetry.run_folder import RunFolder
from telemetry.seal import read_record


def conclude(path: Path) -> Judgement:
    """Judge a run folder from its rows, and write `verdict.json` and the reports into it."""
    folder = RunFolder(path)
    experiment = read_resolved(folder.experiment)
    record = read_record(path)
    judgement = judge(record, experiment, run=path.name)
    folder.verdict.write_bytes(judgement_json(judgement))
    write_reports(path, experiment, record, judgement, evidence_of(record, experiment))
    return judgement


def report(path: Path) -> Experiment:
    """Write the reports of a run folder again, and nothing else."""
    folder = RunFolder(path)
    experiment = read_resolved(folder.experiment)
    record = read_record(path)
    judgement = judge(record, experiment, run=path.name)
    write_reports(path, experiment, record, judgement, evidence_of(record, experiment))
    return experiment
