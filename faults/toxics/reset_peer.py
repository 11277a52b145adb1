"""The connection breaks."""

from random import Random
from typing import ClassVar

from faults.plain.toxic import Due, Ending, Milliseconds, Shaper, Toxic


class ResetPeer(Toxic, frozen=True, kw_only=True):
    """The first bytes are dropped, and `timeout` ms later both ends get a RST, a real one."""

    name: ClassVar[str] = "reset_peer"

    timeout: Milliseconds = 0

    def shaper(self, dice: Random, former: Shaper | None) -> Shaper:  # noqa: ARG002 - no memory
        """Wait for a first word, and break."""
        return _Breaking(self.timeout / 1e3)


class _Breaking(Shaper):
    def __init__(self, after_s: float) -> None:
        self._after_s = after_s
        self.spoiled = False

    def take(self, data: bytes, at_s: float) -> tuple[Due, ...]:  # noqa: ARG002 - dropped
        return self.end(at_s)

    def end(self, at_s: float) -> tuple[Due, ...]:
        if self.spoiled:
            return ()
        self.spoiled = True
        return (Due(at_s + self._after_s, ending=Ending.RESET),)
