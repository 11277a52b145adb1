"""Nothing arrives."""

from random import Random
from typing import ClassVar

from faults.plain.toxic import Due, Ending, Milliseconds, Shaper, Toxic


class Timeout(Toxic, frozen=True, kw_only=True):
    """Bytes are dropped, and the connection is closed after `timeout` ms; 0: when it is removed."""

    name: ClassVar[str] = "timeout"

    timeout: Milliseconds = 0

    def shaper(self, dice: Random, former: Shaper | None) -> Shaper:  # noqa: ARG002 - no memory
        """Drop everything."""
        return _Dropping(self.timeout / 1e3)


class _Dropping(Shaper):
    spoiled = True

    def __init__(self, within_s: float) -> None:
        self._within_s = within_s

    def begin(self, at_s: float) -> tuple[Due, ...]:
        return (Due(at_s + self._within_s, ending=Ending.CLOSE),) if self._within_s else ()

    def take(self, data: bytes, at_s: float) -> tuple[Due, ...]:  # noqa: ARG002 - dropped
        return ()

    def end(self, at_s: float) -> tuple[Due, ...]:
        return (Due(at_s, ending=Ending.CLOSE),)
