"""Faults that depend on what came before: what an arming remembers, so that no fault has to.

A fault is frozen; what it counts lives in a gate, made anew for each endpoint whenever the fault is
armed. Counts are exact in number, but which exchange is the one too many depends on the order in
which they arrive: such decisions repeat only at concurrency 1.
"""

from collections import deque
from typing import NamedTuple, Protocol


class Arrival(NamedTuple):
    """One request as a gate sees it.

    `now_s` since the run's start; `under_way`: the endpoint's exchanges that have not ended, this
    one included; `prompt_tokens`: how much it asks, estimated from its length.
    """

    now_s: float
    under_way: int
    prompt_tokens: int


class Gate(Protocol):
    """Lets requests through until it does not: those that it stops get the fault."""

    def passes(self, arrival: Arrival) -> bool:
        """Tell whether this request gets through; it is counted."""


class FirstPass:
    """Lets the first `count` requests through."""

    def __init__(self, count: int) -> None:
        self._left = count

    def passes(self, arrival: Arrival) -> bool:  # noqa: ARG002 - counted, whatever it is
        """Tell whether it is one of the first."""
        if self._left <= 0:
            return False
        self._left -= 1
        return True


class AtOnce:
    """Lets a request through while no more than `count` are under way with it."""

    def __init__(self, count: int) -> None:
        self._count = count

    def passes(self, arrival: Arrival) -> bool:
        """Tell whether there is room."""
        return arrival.under_way <= self._count


class PerWindow:
    """Lets at most so many requests and prompt tokens through in any `window_s` that slides.

    None: no such limit. What is refused uses nothing up.
    """

    def __init__(self, requests: int | None, tokens: int | None, window_s: float) -> None:
        self._requests = requests
        self._tokens = tokens
        self._window_s = window_s
        self._taken: deque[tuple[float, int]] = deque()
        self._sum = 0

    def passes(self, arrival: Arrival) -> bool:
        """Tell whether the quota still carries it; if so, it is used up by it."""
        while self._taken and self._taken[0][0] <= arrival.now_s - self._window_s:
            self._sum -= self._taken.popleft()[1]
        crowded = self._requests is not None and len(self._taken) >= self._requests
        too_long = self._tokens is not None and self._sum + arrival.prompt_tokens > self._tokens
        if crowded or too_long:
            return False
        self._taken.append((arrival.now_s, arrival.prompt_tokens))
        self._sum += arrival.prompt_tokens
        return True
