"""Ctrl-C: the first asks for an orderly end, the second ends at once."""

import contextlib
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType, TracebackType
from typing import Self

from experiments.judging.verdict import ExitCode

SIGNALS = (signal.SIGINT, signal.SIGTERM)


def not_judged(folder: Path) -> str:
    """Say what a run that was ended at once leaves."""
    return f"ended at once, not judged; crosswind judge {folder} tells what was recorded"


class Interrupts:
    """While entered, counts SIGINT and SIGTERM instead of raising KeyboardInterrupt."""

    def __init__(self, at_second: Callable[[], None], last_words: str = "") -> None:
        """`at_second` runs in the signal's moment, before the process ends with 130.

        `last_words` go to standard error then.
        """
        self._at_second = at_second
        self._last_words = last_words
        self._count = 0
        self._previous: dict[int, object] = {}

    @property
    def asked(self) -> bool:
        """True once an orderly end was asked for."""
        return self._count > 0

    def __enter__(self) -> Self:
        self._previous = {number: signal.signal(number, self._note) for number in SIGNALS}
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for number, previous in self._previous.items():
            signal.signal(number, previous)  # type: ignore[arg-type]

    def _note(self, number: int, frame: FrameType | None) -> None:
        del number, frame
        self._count += 1
        if self._count > 1:
            self._at_second()
            self._tell()
            os._exit(ExitCode.INTERRUPTED_TWICE)

    def _tell(self) -> None:
        """Write past everything that buffers or draws: it may be in the middle of that."""
        if self._last_words:
            with contextlib.suppress(OSError):
                os.write(sys.stderr.fileno(), f"{self._last_words}\n".encode())
