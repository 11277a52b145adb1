"""From a run folder to its verdict and reports: what `run` does last and `judge` does again."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from experiments.judging.evidence import evidence_of
from experiments.judging.judge import judge_by, judgement_json
from experiments.judging.logged import conclusion_of
from experiments.judging.tallies import remarkable
from experiments.judging.verdict import ExitCode, Judgement
from experiments.model import Experiment
from experiments.reading.resolved import read_resolved
from experiments.report import write_reports
from telemetry.exchange import Evidence
from telemetry.grafana.links import Explore, GrafanaError, explore_of
from telemetry.logs.fact import LogFact
from telemetry.logs.file import write_log
from telemetry.logs.made import end_of, log_of
from telemetry.record import Record
from telemetry.redaction import redactor_of
from telemetry.run_folder import RunFolder
from telemetry.seal import read_record

if TYPE_CHECKING:
    from telemetry.columnar.opened import Columns


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


class Seen(msgspec.Struct, frozen=True):
    """A run, read and looked at: large ones in columns, with a record that holds no exchanges."""

    experiment: Experiment
    record: Record
    evidence: Evidence

    def judge(self, run: str) -> Judgement:
        """Judge it; `run` is its folder's name."""
        return judge_by(self.evidence, self.record, self.experiment, run=run)


def conclude(path: Path) -> Conclusion:
    """Judge a run folder from its rows, and write `verdict.json` and the reports into it."""
    seen = look(path)
    judgement = seen.judge(path.name)
    explore = _explore()
    verdict = RunFolder(path).verdict
    written = (
        lambda: verdict.write_bytes(judgement_json(judgement)),
        lambda: _write_reports(path, seen, judgement, explore),
        lambda: _write_log(path, seen, judgement),
    )
    return Conclusion(judgement, tuple(filter(None, map(_failure, written))))


def look(path: Path) -> Seen:
    """Read a run folder; raises as `telemetry.seal.read_record` does."""
    from experiments.judging.columns import large_columns  # noqa: PLC0415 - DuckDB where it is needed

    experiment = read_resolved(RunFolder(path).experiment)
    columns = large_columns(path)
    return look_by_one(path, experiment) if columns is None else look_at(columns, experiment)


def look_at(columns: "Columns", experiment: Experiment) -> Seen:
    """Look at a run in columns."""
    from experiments.judging.columns import evidence_in  # noqa: PLC0415 - as above

    return Seen(experiment, columns.record(), evidence_in(columns, experiment))


def look_by_one(path: Path, experiment: Experiment) -> Seen:
    """Read a run's exchanges, every one of them."""
    record = read_record(path)
    return Seen(experiment, record, evidence_of(record, experiment))


def log(seen: Seen, judgement: Judgement) -> Iterator[LogFact]:
    """Yield a run's whole log, its verdict last; the exchanges ended as the verdict counts them."""
    conclusion = conclusion_of(judgement, end_of(seen.record))
    return log_of(seen.record, remarkable(seen.evidence), conclusion)


def report(path: Path, explore: Explore | None = None) -> None:
    """Write the reports of a run folder again, and nothing else; raises OSError.

    `explore` is the Grafana that traces are linked to.
    """
    seen = look(path)
    _write_reports(path, seen, seen.judge(path.name), explore)


def _explore() -> Explore | None:
    """Return the Grafana that the environment names; a wrong name must not cost a run's reports.

    `report` and `export` say what is wrong with it.
    """
    try:
        return explore_of(os.environ)
    except GrafanaError:
        return None


def _write_reports(
    path: Path, seen: Seen, judgement: Judgement, explore: Explore | None = None
) -> None:
    write_reports(path, seen.experiment, seen.record, judgement, seen.evidence, explore=explore)


def _write_log(path: Path, seen: Seen, judgement: Judgement) -> None:
    redact = redactor_of({**os.environ, **seen.experiment.environment}).redact
    write_log(RunFolder(path).run_log, log(seen, judgement), seen.record.clock, redact)


def _failure(write: Callable[[], object]) -> str:
    try:
        write()
    except OSError as error:
        return f"could not write {error.filename or 'a file'}: {error.strerror}"
    return ""
