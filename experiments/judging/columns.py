"""From a sealed run's files to evidence in columns, where it can be told from them."""

from pathlib import Path

from experiments.judging.evidence import (
    evidence_without_exchanges,
    groups_that_may_miss,
)
from experiments.model import Experiment
from telemetry.columnar.evidence import ColumnarEvidence
from telemetry.columnar.opened import Columns, open_columns


def columns_of(path: Path, experiment: Experiment) -> ColumnarEvidence | None:
    """Return the evidence of a sealed run in columns; None where they cannot tell it."""
    columns = open_columns(path)
    return None if columns is None else evidence_in(columns, experiment)


def evidence_in(columns: Columns, experiment: Experiment) -> ColumnarEvidence:
    """Return the evidence that a run's columns hold."""
    head = columns.head
    told = evidence_without_exchanges(head, experiment, columns.moments)
    columns.relate(told.phases, told.end_ns)
    windows = columns.windows(head.events, groups_that_may_miss(experiment))
    facts = {name: getattr(told, name) for name in told.__struct_fields__}
    return ColumnarEvidence(**facts | {"windows": windows}, database=columns.database)
