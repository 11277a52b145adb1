"""A toxic on a direction of a connection, at work in time: what is held, and when it goes on."""

import asyncio
import math
import time
from collections import deque
from collections.abc import Callable, Iterable
from typing import Protocol

from faults.plain.toxic import Due, Ending, Shaper


class Sink(Protocol):
    """Where bytes go on to."""

    def take(self, data: bytes) -> None:
        """Take the next bytes."""

    def end(self, ending: Ending) -> None:
        """Hear that nothing follows."""


class Stage:
    """Takes bytes and lets them go when its shaper says; `after` is where they go on to.

    `held` counts the bytes that wait here. `touch` is called once, when it first changes anything.
    """

    def __init__(self, shaper: Shaper, after: Sink, touch: Callable[[], None]) -> None:
        self.shaper = shaper
        self.after = after
        self.held = 0
        self._touch = touch
        self._touched = False
        self._ending: Ending | None = None
        """How what comes before this stage has ended."""
        self._due: deque[Due] = deque()
        self._timer: asyncio.TimerHandle | None = None
        self._over = False
        self._line_up(shaper.begin(time.monotonic()))

    def take(self, data: bytes) -> None:
        """Take the next bytes."""
        if not self._over:
            now_s = time.monotonic()
            due = list(self.shaper.take(data, now_s))
            self._note(due != [Due(now_s, data)])
            self._line_up(due)

    def end(self, ending: Ending) -> None:
        """Hear that nothing follows; but for a reset it goes behind what is held."""
        if self._over:
            return
        if ending is Ending.RESET:
            self._go(ending)
            return
        self._ending = ending
        now_s = time.monotonic()
        due = list(self.shaper.end(now_s))
        self._note(due != [Due(now_s, ending=Ending.FIN)])
        self._line_up(
            one._replace(ending=ending) if one.ending is Ending.FIN else one for one in due
        )

    def release(self) -> None:
        """Let everything go on now; what the toxic itself would have ended goes on living."""
        self._cancel()
        waiting, self._due = self._due, deque()
        self.held = 0
        for due in waiting:
            if due.data:
                self.after.take(due.data)
        if self._ending is not None and not self._over:
            self._go(self._ending)

    def stop(self) -> None:
        """Forget what is held: the connection is over."""
        self._over = True
        self._cancel()
        self._due.clear()
        self.held = 0

    def _line_up(self, due: Iterable[Due]) -> None:
        for one in due:
            if self._due and one.at_s < self._due[0].at_s:
                # An end that overtakes what was dropped anyway.
                self._cancel()
                self._due.clear()
                self.held = 0
            self._due.append(one)
            self.held += len(one.data)
        if self._timer is None:
            self._let_go()

    def _let_go(self) -> None:
        self._timer = None
        now_s = time.monotonic()
        while self._due and self._due[0].at_s <= now_s and not self._over:
            one = self._due.popleft()
            self.held -= len(one.data)
            if one.ending is None:
                self.after.take(one.data)
            else:
                self._note(one.ending is not Ending.FIN)
                self._go(one.ending)
        if self._due and self._due[0].at_s < math.inf and not self._over:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(self._due[0].at_s - now_s, self._let_go)

    def _go(self, ending: Ending) -> None:
        self._over = True
        self._cancel()
        self.after.end(ending)

    def _note(self, changed: bool) -> None:  # noqa: FBT001 - its one fact
        if changed and not self._touched:
            self._touched = True
            self._touch()

    def _cancel(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
