"""How many further attempts a client may make, so that retries cannot become the outage."""

from collections import deque

from loadgen.config import RetryBudget

WINDOW_S = 10.0


class Budget:
    """Counts exchanges and further attempts over a sliding window of 10 s.

    In every window: further attempts <= `ratio` x exchanges + `min_per_s` x 10. Source: Finagle's
    retry budget (https://twitter.github.io/finagle/guide/Glossary.html), whose token bucket this
    window bounds from above. Times never go back.
    """

    def __init__(self, config: RetryBudget) -> None:
        self._ratio = config.ratio
        self._floor = config.min_per_s * WINDOW_S
        self._exchanges: deque[float] = deque()
        self._retries: deque[float] = deque()

    def count_exchange(self, now_s: float) -> None:
        """Take note of a new exchange: it earns a share of a further attempt."""
        self._exchanges.append(now_s)

    def allows(self, now_s: float) -> bool:
        """Tell whether one more further attempt fits."""
        _forget(self._exchanges, now_s)
        _forget(self._retries, now_s)
        return len(self._retries) + 1 <= self._ratio * len(self._exchanges) + self._floor

    def spend(self, now_s: float) -> None:
        """Take note of a further attempt."""
        self._retries.append(now_s)


def _forget(times: deque[float], now_s: float) -> None:
    while times and times[0] <= now_s - WINDOW_S:
        times.popleft()
