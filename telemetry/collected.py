"""Reads back what a run's collector kept."""

from collections.abc import Iterator
from pathlib import Path

from telemetry.rows import SpanCollected
from telemetry.run_folder import RunFolder
from telemetry.spool import SUFFIX, SpoolReader


def collected_spans(run_folder: Path) -> Iterator[SpanCollected]:
    """Yield the spans of others in the order in which they came; none where none were collected.

    A line that a killed collector left torn is passed over.
    """
    for path in sorted(RunFolder(run_folder).collected.glob("*" + SUFFIX)):
        reader = SpoolReader(path)
        before = -1
        while reader.offset != before:
            before = reader.offset
            yield from (row for row in reader.read() if isinstance(row, SpanCollected))
