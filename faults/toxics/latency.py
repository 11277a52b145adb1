"""The way is long."""

from random import Random
from typing import ClassVar

from faults.plain.toxic import Due, Ending, Milliseconds, Shaper, Toxic


class Latency(Toxic, frozen=True, kw_only=True):
    """Bytes arrive later by `latency` ms, give or take up to `jitter` ms, in their order."""

    name: ClassVar[str] = "latency"

    latency: Milliseconds = 0
    jitter: Milliseconds = 0

    def shaper(self, dice: Random, former: Shaper | None) -> Shaper:  # noqa: ARG002 - no memory
        """Delay each piece from when it came: a stream is as fast as before, and later."""
        return _Delaying(self, dice)


class _Delaying(Shaper):
    def __init__(self, toxic: Latency, dice: Random) -> None:
        self._toxic = toxic
        self._dice = dice
        self._last_s = 0.0

    def take(self, data: bytes, at_s: float) -> tuple[Due, ...]:
        jitter = self._toxic.jitter
        delay_ms = self._toxic.latency + (self._dice.uniform(-jitter, jitter) if jitter else 0)
        self._last_s = max(self._last_s, at_s + max(0.0, delay_ms) / 1e3)
        return (Due(self._last_s, data),)

    def end(self, at_s: float) -> tuple[Due, ...]:
        return (Due(max(self._last_s, at_s), ending=Ending.FIN),)
