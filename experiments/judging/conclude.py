"""From a run folder to its verdict and reports: what `run` does last and `judge` does again."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec

from experiments.judging.evidence import evidence_of
from experiments.judging.judge import judge, judgement_json
from experiments.judging.logged import conclusion_of
from experiments.judging.verdict import ExitCode, Judgement
from experiments.model import Experiment
from experiments.reading.resolved import read_resolved
from experiments.report import write_reports
from telemetry.grafana.links import Explore, GrafanaError, explore_of
from telemetry.logs.fact import LogFact
from telemetry.logs.file import write_log
from telemetry.logs.made import end_of, log_of
from telemetry.record import Record
from telemetry.redaction import redactor_of
from telemetry.run_folder import RunFolder
from telemetry.seal import read_record


class Conclusion(msgspec.Struct, frozen=True):
    """A verdict, and what could not be written of it (a full disk), a line for each file."""

    judgement: Judgement
    unwritten: tuple[str, ...] = ()

    @property
    def exit_code(self) -> int:
        """The verdict's code; a PASS that could not be written down is inconclusive."""
        if self.unwritten and self.judgement.exit_code == ExitCode.PASS:
            return ExitCode.INCONCLUSIVE
        return self.judgement.exit_code


def conclude(path: Path) -> Conclusion:
    """Judge a run folder from its rows, and write `verdict.json` and the reports into it."""
    experiment, record, judgement = read_and_judge(path)
    explore = _explore()
    verdict = RunFolder(path).verdict
    written = (
        lambda: verdict.write_bytes(judgement_json(judgement)),
        lambda: _write_reports(path, experiment, record, judgement, explore),
        lambda: _write_log(path, experiment, record, judgement),
    )
    return Conclusion(judgement, tuple(filter(None, map(_failure, written))))


def log(experiment: Experiment, record: Record, judgement: Judgement) -> Iterator[LogFact]:
    """Yield a run's whole log, its verdict last; the exchanges ended as the verdict counts them."""
    exchanges = evidence_of(record, experiment).exchanges
    return log_of(record, exchanges, conclusion_of(judgement, end_of(record)))


def report(path: Path, explore: Explore | None = None) -> None:
    """Write the reports of a run folder again, and nothing else; raises OSError.

    `explore` is the Grafana that traces are linked to.
    """
    _write_reports(path, *read_and_judge(path), explore)


def _explore() -> Explore | None:
    """Return the Grafana that the environment names; a wrong name must not cost a run's reports.

    `report` and `export` say what is wrong with it.
    """
    try:
        return explore_of(os.environ)
    except GrafanaError:
        return None


def read_and_judge(path: Path) -> tuple[Experiment, Record, Judgement]:
    """Return what a run folder holds, and what is to be said of it; writes nothing."""
    experiment = read_resolved(RunFolder(path).experiment)
    record = read_record(path)
    return experiment, record, judge(record, experiment, run=path.name)


def _write_reports(
    path: Path,
    experiment: Experiment,
    record: Record,
    judgement: Judgement,
    explore: Explore | None = None,
) -> None:
    evidence = evidence_of(record, experiment)
    write_reports(path, experiment, record, judgement, evidence, explore=explore)


def _write_log(path: Path, experiment: Experiment, record: Record, judgement: Judgement) -> None:
    redact = redactor_of({**os.environ, **experiment.environment}).redact
    write_log(RunFolder(path).run_log, log(experiment, record, judgement), record.clock, redact)


def _failure(write: Callable[[], object]) -> str:
    try:
        write()
    except OSError as error:
        return f"could not write {error.filename or 'a file'}: {error.strerror}"
    return ""
