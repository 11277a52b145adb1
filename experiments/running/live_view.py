"""Watching a run on a terminal: keeps what the view shows, and draws it a few times a second.

Lines of the conductor scroll by above the view and stay. The cursor is never hidden and no mode of
the terminal is changed, so there is nothing to restore, however the process ends.
"""

import contextlib
import os
import time
from collections import deque
from collections.abc import Iterator
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.live import Live
from rich.text import Text

from experiments import terminal
from experiments.model import Experiment
from experiments.running.live_frame import Frame, drawn
from experiments.running.watcher import Moment, PlainLines, Watcher
from telemetry.progress import Progress

DRAW_EVERY_S = 0.25
LOOKS_KEPT = 240
"""News from the store that is kept for the histories; more than fits on most terminals."""

MIN_WIDTH = 60
_PLAIN_AGAIN = b"\x1b[0m\r\n"


@contextlib.contextmanager
def watching(experiment: Experiment, *, plain: bool) -> Iterator[Watcher]:
    """Give the watcher that suits standard output; `plain` asks for lines even on a terminal."""
    console = None if plain else terminal.live_console()
    if console is None or not fits(experiment, console):
        yield PlainLines(experiment, terminal.say)
        return
    with LiveView(experiment, console) as view:
        yield view


def fits(experiment: Experiment, console: Console) -> bool:
    """Tell whether the terminal is large enough for the view and a few lines above it."""
    if console.width < MIN_WIDTH:
        return False
    nothing = Progress(
        exchanges=0, in_flight=0, failed=0, touched=0, span_s=1.0, ended_lately=0,
        failed_lately=0, served={},
    )  # fmt: skip
    look = Moment(elapsed_s=0.0, phase="warm_up", progress=nothing)
    frame = drawn(Frame(experiment=experiment, now=look, history=(look,)), console.width)
    return len(console.render_lines(frame, pad=False)) + 2 < console.height


class LiveView:
    """Watches on a terminal that can be drawn on; begins to draw with the first look at a run."""

    def __init__(self, experiment: Experiment, console: Console) -> None:
        """Nothing is written until there is something to tell."""
        self._experiment = experiment
        self._console = console
        self._live = Live(console=console, auto_refresh=False)
        self._history: deque[Moment] = deque(maxlen=LOOKS_KEPT)
        self._now: Moment | None = None
        self._due_s = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._now is not None:
            self._draw(self._now, over=True)
        self._live.stop()

    def said(self, line: str) -> None:
        """Print it above the view, where it stays."""
        self._console.print(Text(line))

    def progressed(self, moment: Moment) -> None:
        """Keep what is new, and draw when it is time."""
        if moment.progress is not None:
            self._history.append(moment)
        self._now = moment
        if time.monotonic() >= self._due_s:
            self._due_s = time.monotonic() + DRAW_EVERY_S
            self._draw(moment)

    def cut_off(self) -> None:
        """Leave the line, past rich: the signal may have come while it was writing."""
        if self._live.is_started:
            with contextlib.suppress(OSError):
                os.write(self._console.file.fileno(), _PLAIN_AGAIN)

    def _draw(self, moment: Moment, *, over: bool = False) -> None:
        if not self._live.is_started:
            self._live.start()
            self._console.show_cursor()
        frame = Frame(
            experiment=self._experiment, now=moment, history=tuple(self._history), over=over
        )
        self._live.update(drawn(frame, self._console.width), refresh=True)
