"""Questions about a finished run: what `crosswind query` answers, and what there is to ask of."""

from pathlib import Path

from experiments.judging.evidence import evidence_of
from experiments.reading.problems import as_usage_error
from experiments.reading.resolved import read_resolved
from telemetry.flat import UnreadableRecordError
from telemetry.query import Answer, QueryError, ask
from telemetry.run_folder import RunFolder
from telemetry.seal import NoRecordError, read_record
from telemetry.view import Seen, views

SCHEMA_COLUMNS = ("view", "column", "type", "says")


def seen_of(path: Path) -> Seen:
    """Read a run as its views show it; raises UsageError."""
    folder = RunFolder(path)
    experiment = read_resolved(folder.experiment)
    with as_usage_error(NoRecordError, UnreadableRecordError):
        record = read_record(path)
    evidence = evidence_of(record, experiment)
    return Seen(run_id=folder.name, title=experiment.title, record=record, evidence=evidence)


def answer_of(path: Path, query: str) -> Answer:
    """Answer a query about a run; raises UsageError."""
    seen = seen_of(path)
    with as_usage_error(QueryError):
        return ask(seen, query)


def schema_of(path: Path) -> Answer:
    """Return every column that can be asked of a run, as an answer; raises UsageError."""
    seen_of(path)
    rows = (
        (name, column.name, column.type, column.doc)
        for name, view in views().items()
        for column in view.columns
    )
    return Answer(columns=SCHEMA_COLUMNS, rows=tuple(rows))
