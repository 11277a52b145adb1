"""The end comes late."""

from random import Random
from typing import ClassVar

from faults.plain.toxic import Due, Ending, Milliseconds, Shaper, Toxic


class SlowClose(Toxic, frozen=True, kw_only=True):
    """Bytes pass; the sender's end arrives `delay` ms later."""

    name: ClassVar[str] = "slow_close"

    delay: Milliseconds = 0

    def shaper(self, dice: Random, former: Shaper | None) -> Shaper:  # noqa: ARG002 - no memory
        """Hold back the end alone."""
        return _Lingering(self.delay / 1e3)


class _Lingering(Shaper):
    def __init__(self, delay_s: float) -> None:
        self._delay_s = delay_s

    def end(self, at_s: float) -> tuple[Due, ...]:
        return (Due(at_s + self._delay_s, ending=Ending.FIN),)
