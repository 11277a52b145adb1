"""What the commands print: plain lines and small tables, with colour only on a terminal."""

import os
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console, JustifyMethod
from rich.table import Table
from rich.text import Text

PLAIN_WIDTH = 140
"""Columns where there is no terminal to ask: a file or a pipe is not narrow."""


PATIENCE_S = 2.0
"""How long a command may be silent before it says what it is doing."""


class _Console(Console):
    """A console whose reader may leave: `crosswind run ... | head` is a run like any other."""

    def on_broken_pipe(self) -> None:
        """Go on in silence; the exit code still tells, and a run still ends in order."""
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


def console() -> Console:
    """Return the console for standard output; without a terminal it prints no escapes."""
    wide = _Console(highlight=False, soft_wrap=True)
    if wide.is_terminal:
        return wide
    return _Console(highlight=False, soft_wrap=True, width=PLAIN_WIDTH)


def live_console() -> Console | None:
    """Return a console that can be drawn on again and again; None without such a terminal.

    A dumb terminal, one without the characters, and output that only claims to be a terminal
    (`FORCE_COLOR`) are none; `NO_COLOR` takes the colours alone.
    """
    drawing = Console(highlight=False)
    able = drawing.is_interactive and not drawing.is_dumb_terminal
    if not (able and sys.stdout.isatty()) or drawing.options.ascii_only:
        return None
    return drawing


@contextmanager
def meanwhile(line: str) -> Iterator[None]:
    """Say on standard error what is being done, should it take longer than `PATIENCE_S`."""
    timer = threading.Timer(PATIENCE_S, warn, (line,))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def say(line: str) -> None:
    """Print one line at once, as it is."""
    console().print(Text(line))


def warn(line: str) -> None:
    """Print one line on standard error, as it is."""
    Console(stderr=True, highlight=False, soft_wrap=True).print(Text(line))


def put(text: str) -> None:
    """Write text as it is, however wide and long."""
    out = console()
    try:
        out.file.write(text)
        out.file.flush()
    except BrokenPipeError:
        out.on_broken_pipe()


def table(
    title: str, columns: Sequence[str], rows: Sequence[Sequence[object]], whole: Sequence[str] = ()
) -> None:
    """Print rows under a title; numbers to the right, also where some are missing.

    `whole`: columns whose cells are never broken, since somebody will copy them.
    """
    drawn = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False)
    for index, column in enumerate(columns):
        values = [row[index] for row in rows if row[index] != ""]
        numeric = bool(values) and all(isinstance(value, int | float) for value in values)
        side: JustifyMethod = "right" if numeric else "left"
        drawn.add_column(column, justify=side, overflow="fold", no_wrap=column in whole)
    for row in rows:
        drawn.add_row(*(Text(_cell(value)) for value in row))
    console().print(drawn)


def _cell(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
