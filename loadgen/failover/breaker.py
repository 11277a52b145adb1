"""Leaves an endpoint alone that keeps failing, and finds out with one probe when it is back."""

import math
from collections.abc import Callable
from enum import StrEnum
from typing import NamedTuple

from loadgen.config import Breaker as BreakerConfig


class State(StrEnum):
    """Whether an endpoint is asked."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


class Permit(NamedTuple):
    """The right to one attempt; what becomes of it counts only while the breaker is as it was."""

    generation: int


class Breaker:
    """The circuit breaker of one endpoint in one replica; times in seconds, never going back.

    Closed: everything passes; `failures` failed attempts in a row open it. Open: nothing passes
    until `cooldown_s` is over; the first attempt after that is the probe. Half open: nothing else
    passes until the probe has ended; its success closes the breaker, its failure opens it again,
    and a probe that was called off leaves the next attempt to be one.

    Attempts that began before the last change of state say nothing about the state after it. An
    endpoint that said how long to wait is not asked before then, whatever the state. Disabled, it
    remembers nothing and everything passes.
    """

    def __init__(self, config: BreakerConfig, changed: Callable[[State], None]) -> None:
        """Start closed; `changed` is told each new state."""
        self._config = config
        self._changed = changed
        self._state = State.CLOSED
        self._failures = 0
        self._generation = 0
        self._open_until_s = -math.inf
        self._wait_until_s = -math.inf

    @property
    def state(self) -> State:
        """The state now."""
        return self._state

    def ready_at(self, now_s: float) -> float:
        """Return when an attempt may begin: `now_s` or later, `inf` while a probe is under way."""
        if self._state is State.HALF_OPEN:
            return math.inf
        if self._state is State.OPEN:
            return max(now_s, self._open_until_s, self._wait_until_s)
        return max(now_s, self._wait_until_s)

    def said_wait(self, now_s: float) -> bool:
        """Tell whether the endpoint itself asked not to be asked yet."""
        return self._wait_until_s > now_s

    def take(self) -> Permit:
        """Begin an attempt that `ready_at` allows; from an open breaker it is the probe."""
        if self._state is State.OPEN:
            self._become(State.HALF_OPEN)
        return Permit(self._generation)

    def succeeded(self, permit: Permit) -> None:
        """Learn that the endpoint answers."""
        if permit.generation != self._generation:
            return
        self._failures = 0
        if self._state is State.HALF_OPEN:
            self._become(State.CLOSED)

    def failed(self, permit: Permit, now_s: float, retry_after_s: float | None = None) -> None:
        """Learn that the endpoint failed, and how long it wants to be left alone if it said so."""
        if not self._config.enabled:
            return
        if retry_after_s is not None:
            self._wait_until_s = max(self._wait_until_s, now_s + retry_after_s)
        if permit.generation != self._generation:
            return
        self._failures += 1
        if self._state is State.HALF_OPEN or self._failures >= self._config.failures:
            self._open(now_s + self._config.cooldown_s)

    def called_off(self, permit: Permit, now_s: float) -> None:
        """Learn nothing: the attempt was given up for reasons of our own."""
        if permit.generation == self._generation and self._state is State.HALF_OPEN:
            self._open(now_s)

    def _open(self, until_s: float) -> None:
        self._open_until_s = until_s
        self._become(State.OPEN)

    def _become(self, state: State) -> None:
        self._state = state
        self._failures = 0
        self._generation += 1
        self._changed(state)
