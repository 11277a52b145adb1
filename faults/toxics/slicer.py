"""Bytes arrive in small pieces."""

from collections.abc import Iterator
from random import Random
from typing import Annotated, ClassVar

from msgspec import Meta

from faults.plain.toxic import Due, Ending, Shaper, Toxic
from faults.slicing import piece_size

Bytes = Annotated[int, Meta(ge=0, le=16_777_216)]


class Slicer(Toxic, frozen=True, kw_only=True):
    """Bytes arrive in pieces of `average_size`, give or take, each `delay` us after the former."""

    name: ClassVar[str] = "slicer"

    average_size: Annotated[int, Meta(ge=1, le=16_777_216)] = 1
    size_variation: Bytes = 0
    delay: Annotated[int, Meta(ge=0, le=3_600_000_000)] = 0

    def shaper(self, dice: Random, former: Shaper | None) -> Shaper:  # noqa: ARG002 - no memory
        """Cut each piece that comes into smaller ones."""
        return _Slicing(self, dice)


class _Slicing(Shaper):
    def __init__(self, toxic: Slicer, dice: Random) -> None:
        self._toxic = toxic
        self._dice = dice
        self._free_s = 0.0

    def take(self, data: bytes, at_s: float) -> Iterator[Due]:
        self._free_s = max(self._free_s, at_s)
        start = 0
        while start < len(data):
            size = piece_size(self._toxic.average_size, self._toxic.size_variation, self._dice)
            yield Due(self._free_s, data[start : start + size])
            self._free_s += self._toxic.delay / 1e6
            start += size

    def end(self, at_s: float) -> tuple[Due, ...]:
        return (Due(max(self._free_s, at_s), ending=Ending.FIN),)
