"""The connection carries so much and no more."""

from random import Random
from typing import Annotated, ClassVar

from msgspec import Meta

from faults.plain.toxic import Due, Ending, Shaper, Toxic


class LimitData(Toxic, frozen=True, kw_only=True):
    """After `bytes` bytes the connection is closed; at 0 when the first would have come."""

    name: ClassVar[str] = "limit_data"

    bytes: Annotated[int, Meta(ge=0)] = 0

    def shaper(self, dice: Random, former: Shaper | None) -> Shaper:  # noqa: ARG002 - no dice
        """Count; what a former limit has counted counts on."""
        return Limiting(self.bytes, former.passed if isinstance(former, Limiting) else 0)


class Limiting(Shaper):
    """Lets bytes pass up to a limit; `passed` is how many have."""

    def __init__(self, most: int, passed: int) -> None:
        self._most = most
        self.passed = passed

    def take(self, data: bytes, at_s: float) -> list[Due]:
        """Say what of it passes."""
        piece = data[: max(0, self._most - self.passed)]
        self.passed += len(piece)
        due = [Due(at_s, piece)] if piece else []
        return [*due, Due(at_s, ending=Ending.CLOSE)] if self.passed >= self._most else due
