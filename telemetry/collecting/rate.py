"""How many spans may come: a bucket that fills evenly and may be overdrawn once."""

from telemetry.collecting.limits import Limits
from telemetry.collecting.refusal import RefusedError


class Rate:
    """Admits requests while something is left; pure, seconds are the caller's."""

    def __init__(self, limits: Limits, now_s: float) -> None:
        self._per_s = limits.spans_per_s
        self._most = float(limits.burst_spans)
        self._left = self._most
        self._at_s = now_s

    def admit(self, now_s: float) -> None:
        """Raise RefusedError, with the time after which to come back, when nothing is left."""
        self._left = min(self._most, self._left + (now_s - self._at_s) * self._per_s)
        self._at_s = now_s
        if self._left <= 0:
            wait_s = (1 - self._left) / self._per_s
            raise RefusedError(429, f"more than {self._per_s:g} spans per second", wait_s)

    def charge(self, spans: int) -> None:
        """Take what a request cost; how much that is shows only when it has been read."""
        self._left -= spans
