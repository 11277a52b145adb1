"""Runs as rows: for a table, and for what reads them next."""

from collections.abc import Iterable, Sequence

from experiments import terminal
from experiments.keeping.found import FoundRun
from experiments.shown import is_table, show
from experiments.tabular import Format, as_cells

COLUMNS = ("run", "title", "begun", "verdict", "exit_code", "bytes", "sealed")
SHOWN_COLUMNS = ("run", "begun (UTC)", "verdict", "exit", "size", "sealed", "title")
_UNITS = ("B", "kB", "MB", "GB", "TB")


def print_runs(runs: Sequence[FoundRun], wanted: Format | None = None) -> None:
    """Print runs, for a person at a terminal or for what reads a pipe."""
    if is_table(wanted):
        terminal.table("", SHOWN_COLUMNS, as_cells(shown_rows(runs)), whole=("run",))
    else:
        show(COLUMNS, rows_of(runs), wanted)


def rows_of(runs: Iterable[FoundRun]) -> list[tuple[object, ...]]:
    """Return a row per run for programs: bytes, ISO times, true and false."""
    return [
        (
            run.name,
            run.title,
            None if run.begun is None else run.begun.isoformat(),
            run.verdict,
            run.exit_code,
            run.size,
            run.sealed,
        )
        for run in runs
    ]


def shown_rows(runs: Iterable[FoundRun]) -> list[tuple[object, ...]]:
    """Return a row per run for people."""
    return [
        (
            run.name,
            "" if run.begun is None else f"{run.begun:%Y-%m-%d %H:%M:%S}",
            run.verdict,
            run.exit_code,
            bytes_words(run.size),
            "yes" if run.sealed else "no",
            run.title,
        )
        for run in runs
    ]


def bytes_words(count: int) -> str:
    """Write a number of bytes: `512 B`, `1.2 MB`."""
    size, unit = float(count), 0
    while size >= 999.5 and unit < len(_UNITS) - 1:
        size, unit = size / 1000, unit + 1
    digits = 1 if unit and size < 99.95 else 0
    return f"{size:.{digits}f} {_UNITS[unit]}"
