"""What the commands print: plain lines and small tables, with colour only on a terminal."""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

PLAIN_WIDTH = 140
"""Columns where there is no terminal to ask: a file or a pipe is not narrow."""


def console() -> Console:
    """Return the console for standard output; without a terminal it prints no escapes."""
    wide = Console(highlight=False, soft_wrap=True)
    return wide if wide.is_terminal else Console(highlight=False, soft_wrap=True, width=PLAIN_WIDTH)


def say(line: str) -> None:
    """Print one line at once, as it is."""
    console().print(Text(line))


def warn(line: str) -> None:
    """Print one line on standard error, as it is."""
    Console(stderr=True, highlight=False, soft_wrap=True).print(Text(line))


def table(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print rows under a title; numbers to the right."""
    drawn = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False)
    for index, column in enumerate(columns):
        numeric = bool(rows) and all(isinstance(row[index], int | float) for row in rows)
        drawn.add_column(column, justify="right" if numeric else "left", overflow="fold")
    for row in rows:
        drawn.add_row(*(Text(_cell(value)) for value in row))
    console().print(drawn)


def _cell(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
