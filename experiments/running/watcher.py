"""Who is told how a run goes while it goes, and the plainest of them: a line now and then."""

import math
from collections.abc import Callable
from typing import Protocol

import msgspec

from experiments.model import Experiment
from experiments.running.progress import faults_told, progress_line
from telemetry.progress import Progress

LINE_EVERY_S = 2.0

Say = Callable[[str], None]


class Moment(msgspec.Struct, frozen=True, kw_only=True):
    """A look at a run under way: seconds since its start, the phase, and news from the store.

    `progress` is None when the store has said nothing since the last look.
    """

    elapsed_s: float
    phase: str
    progress: Progress | None = None


class Watcher(Protocol):
    """Somebody who watches a run; nothing that they do may take long."""

    def said(self, line: str) -> None:
        """Take a line of the conductor."""

    def progressed(self, moment: Moment) -> None:
        """Take a look at the run; called many times a second."""

    def cut_off(self) -> None:
        """Leave things as they were found, at once: the process ends within this signal."""


class PlainLines:
    """Watches for files, pipes and plain terminals: every line, and one in two seconds on how."""

    def __init__(self, experiment: Experiment, say: Say) -> None:
        """`say` prints a line."""
        self._experiment = experiment
        self._say = say
        self._told_s = -math.inf

    def said(self, line: str) -> None:
        """Print it."""
        self._say(line)

    def progressed(self, moment: Moment) -> None:
        """Print a line when there is news and the last such line is old enough."""
        progress, elapsed_s = moment.progress, moment.elapsed_s
        if progress is None or elapsed_s - self._told_s < LINE_EVERY_S:
            return
        self._told_s = elapsed_s
        line = progress_line(
            elapsed_s,
            moment.phase,
            progress,
            [endpoint.name for endpoint in self._experiment.endpoints],
            faults_told(self._experiment, elapsed_s, progress.touched),
        )
        self._say(line)

    def cut_off(self) -> None:
        """Nothing to leave."""
