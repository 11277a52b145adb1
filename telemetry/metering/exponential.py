"""A histogram in base-2 exponential buckets, as fine as its values' range lets it be.

OpenTelemetry's data model, `ExponentialHistogram`: with `scale` s the bucket of index i holds
(2 ** (i / 2 ** s), 2 ** ((i + 1) / 2 ** s)]. It starts at the finest scale; when the values reach
over more than `MAX_BUCKETS` buckets, neighbours are merged in pairs, which lowers the scale by one.
"""

import math

from telemetry.metering.point import Fine

MAX_SCALE = 20
MAX_BUCKETS = 160


class Exponential:
    """Counts values; those not above 0 count as zeros."""

    def __init__(self) -> None:
        self._scale = MAX_SCALE
        self._zeros = 0
        self._counts: dict[int, int] = {}

    def record(self, value: float, times: int = 1) -> None:
        """Count a value, so many times."""
        if value <= 0:
            self._zeros += times
            return
        index = bucket_index(value, self._scale)
        low = min([index, *self._ends()])
        high = max([index, *self._ends()])
        while high - low >= MAX_BUCKETS:
            low, high, index = low >> 1, high >> 1, index >> 1
            self._merge_pairs()
        self._counts[index] = self._counts.get(index, 0) + times

    def fine(self) -> Fine:
        """Return what was counted; the counts reach from the first bucket in use to the last."""
        if not self._counts:
            return Fine(scale=self._scale, zeros=self._zeros, offset=0, counts=())
        low, high = self._ends()
        counts = tuple(self._counts.get(index, 0) for index in range(low, high + 1))
        return Fine(scale=self._scale, zeros=self._zeros, offset=low, counts=counts)

    def _ends(self) -> tuple[int, ...]:
        return (min(self._counts), max(self._counts)) if self._counts else ()

    def _merge_pairs(self) -> None:
        self._scale -= 1
        merged: dict[int, int] = {}
        for index, count in self._counts.items():
            merged[index >> 1] = merged.get(index >> 1, 0) + count
        self._counts = merged


def bucket_index(value: float, scale: int) -> int:
    """Return the index of the bucket that holds a value above 0; exact at powers of two."""
    fraction, exponent = math.frexp(value)  # fraction in [0.5, 1)
    if scale <= 0:
        return (exponent - 1 - (fraction == 0.5)) >> -scale
    if fraction == 0.5:
        return ((exponent - 1) << scale) - 1
    return math.floor(math.log(value) * math.ldexp(1 / math.log(2), scale))
