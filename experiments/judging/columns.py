"""From a sealed run's files to evidence in columns, where it can be told from them."""

from collections.abc import Sequence
from pathlib import Path
from typing import cast

from experiments.judging.evidence import (
    evidence_without_exchanges,
    groups_that_may_miss,
    reviewed,
)
from experiments.model import Experiment
from telemetry.columnar.evidence import ColumnarEvidence, Unread
from telemetry.columnar.opened import Columns, exchanges_in, open_columns
from telemetry.exchange import Exchange
from telemetry.run_folder import RunFolder
from telemetry.seal import is_sealed

LARGE = 20_000
"""A run of fewer exchanges is read before a database has been asked all that there is to ask."""


def large_columns(path: Path) -> Columns | None:
    """Open a sealed run in columns where it is large and they can tell it."""
    if not is_sealed(path) or exchanges_in(RunFolder(path)) < LARGE:
        return None
    return open_columns(path)


def columns_of(path: Path, experiment: Experiment) -> ColumnarEvidence | None:
    """Return the evidence of a sealed run in columns; None where they cannot tell it."""
    columns = open_columns(path)
    return None if columns is None else evidence_in(columns, experiment)


def evidence_in(columns: Columns, experiment: Experiment) -> ColumnarEvidence:
    """Return the evidence that a run's columns hold."""
    head = columns.head
    told = evidence_without_exchanges(head, experiment, columns.moments)
    columns.relate(told.phases, told.end_ns)

    def some(numbers: Sequence[int]) -> tuple[Exchange, ...]:
        return tuple(reviewed(exchange, told.end_ns) for exchange in columns.some(numbers))

    unread = Unread(columns.count(), lambda: some(columns.numbers()))
    facts = {name: getattr(told, name) for name in told.__struct_fields__} | {
        # Behaves as a tuple does; to read them all takes long, and nothing of ours asks for it.
        "exchanges": cast("tuple[Exchange, ...]", unread),
        "windows": columns.windows(head.events, groups_that_may_miss(experiment)),
    }
    return ColumnarEvidence(**facts, database=columns.database, some=some)
