"""The way is narrow."""

import math
from collections.abc import Iterator
from random import Random
from typing import Annotated, ClassVar

from msgspec import Meta

from faults.plain.toxic import Due, Ending, Shaper, Toxic

_SLICE_MS = 100
"""What is sent at once: as much as a tenth of a second carries."""


class Bandwidth(Toxic, frozen=True, kw_only=True):
    """Bytes arrive at no more than `rate` KB/s (1,000 bytes); nothing at all at 0."""

    name: ClassVar[str] = "bandwidth"

    rate: Annotated[int, Meta(ge=0, le=100_000_000)] = 0

    def shaper(self, dice: Random, former: Shaper | None) -> Shaper:  # noqa: ARG002 - no memory
        """Send slice after slice."""
        return _Pacing(self.rate)


class _Pacing(Shaper):
    def __init__(self, bytes_per_ms: int) -> None:
        self._bytes_per_ms = bytes_per_ms
        self._free_s = 0.0

    def take(self, data: bytes, at_s: float) -> Iterator[Due]:
        if not self._bytes_per_ms:
            self._free_s = math.inf
            yield Due(math.inf, data)
            return
        self._free_s = max(self._free_s, at_s)
        size = self._bytes_per_ms * _SLICE_MS
        for start in range(0, len(data), size):
            piece = data[start : start + size]
            self._free_s += len(piece) / self._bytes_per_ms / 1e3
            yield Due(self._free_s, piece)

    def end(self, at_s: float) -> tuple[Due, ...]:
        return (Due(max(self._free_s, at_s), ending=Ending.FIN),)
