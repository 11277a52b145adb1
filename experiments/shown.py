"""Prints rows: a table for a person at a terminal, CSV for what reads a pipe, or as asked."""

from collections.abc import Sequence

from experiments import terminal
from experiments.tabular import Format, Row, as_cells, as_csv, as_json

TABLE_ROWS = 200
"""As many as a person may want to scroll through; CSV and JSON have them all."""


def show(
    columns: Sequence[str], rows: Sequence[Row], wanted: Format | None = None, title: str = ""
) -> None:
    """Print rows in the format wanted; without one, as whoever reads it likes it best."""
    if is_table(wanted):
        terminal.table(title, columns, as_cells(rows[:TABLE_ROWS]))
        if len(rows) > TABLE_ROWS:
            terminal.say(f"the first {TABLE_ROWS} of {len(rows)} rows; --format csv gives all")
    elif wanted is Format.JSON:
        terminal.put(as_json(columns, rows))
    else:
        terminal.put(as_csv(columns, rows))


def is_table(wanted: Format | None) -> bool:
    """Tell whether a table is wanted, or nothing else where a terminal would show it."""
    return wanted is Format.TABLE or (wanted is None and terminal.console().is_terminal)
