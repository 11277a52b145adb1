"""Ctrl-C: the first asks for an orderly end, the second ends at once."""

import os
import signal
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import Self

from experiments.judging.verdict import ExitCode

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Interrupts:
    """While entered, counts SIGINT and SIGTERM instead of raising KeyboardInterrupt."""

    def __init__(self, at_second: Callable[[], None]) -> None:
        """`at_second` runs in the signal's moment, before the process ends with 130."""
        self._at_second = at_second
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
            os._exit(ExitCode.INTERRUPTED_TWICE)
