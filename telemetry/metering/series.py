"""Series of one metric by their attributes: counts and spreads, with exemplars worth a look."""

from bisect import bisect_left
from collections.abc import Sequence

from telemetry.metering.exponential import Exponential
from telemetry.metering.point import Attributes, Exemplar, Measured, Number, Spread, measured

SEMCONV_SECONDS = tuple(0.01 * 2**n for n in range(14))
"""0.01 to 81.92 s: what the GenAI conventions advise for durations."""
SECONDS = (0.001, 0.0025, 0.005, *SEMCONV_SECONDS, 163.84, 327.68, 655.36)
"""Ours: the same, with room for a generator's lateness and for a client that waits ten minutes."""
SEMCONV_TOKENS = tuple(float(4**n) for n in range(14))
"""1 to 67,108,864: what the GenAI conventions advise for tokens."""

ENOUGH = 20
"""How many values it takes before one of them can be called slow."""
SLOW_SHARE = 0.05


class Counts:
    """A counter by attributes."""

    def __init__(self, name: str) -> None:
        """`name` is one of `telemetry.names`."""
        self._name = name
        self._values: dict[Attributes, int] = {}
        self._exemplars: dict[Attributes, Exemplar] = {}

    def add(self, of: Attributes, count: int = 1, exemplar: Exemplar | None = None) -> None:
        """Count; the latest exemplar stays."""
        self._values[of] = self._values.get(of, 0) + count
        if exemplar is not None and not _newer(self._exemplars.get(of), exemplar):
            self._exemplars[of] = exemplar

    def measured(self) -> Measured:
        """Return the counts so far."""
        return measured(
            self._name,
            (
                Number(attributes=of, value=value, exemplar=self._exemplars.get(of))
                for of, value in self._values.items()
            ),
        )


class Buckets:
    """One histogram, in explicit and in exponential buckets at once."""

    def __init__(self, bounds: Sequence[float]) -> None:
        """`bounds` are the buckets' upper ends, inclusive, ascending."""
        self._bounds = tuple(bounds)
        self._counts = [0] * (len(self._bounds) + 1)
        self._fine = Exponential()
        self._exemplars: dict[int, Exemplar] = {}
        self._count = 0
        self._total = self._least = self._largest = 0.0

    def record(
        self,
        value: float,
        times: int = 1,
        exemplar: Exemplar | None = None,
        *,
        notable: bool = False,
    ) -> None:
        """Take a value, so many times; its exemplar stays if it is `notable`, or slow."""
        index = bisect_left(self._bounds, value)
        if exemplar is not None and (notable or self._slow(index)):
            self._keep(index, exemplar)
        self._least = min(self._least, value) if self._count else value
        self._largest = max(self._largest, value) if self._count else value
        self._count += times
        self._total += value * times
        self._counts[index] += times
        self._fine.record(value, times)

    def spread(self, of: Attributes) -> Spread:
        """Return what was taken so far."""
        return Spread(
            attributes=of,
            count=self._count,
            total=self._total,
            least=self._least,
            largest=self._largest,
            bounds=self._bounds,
            counts=tuple(self._counts),
            fine=self._fine.fine(),
            exemplars=dict(self._exemplars),
        )

    def _slow(self, index: int) -> bool:
        as_slow = sum(self._counts[index:])
        return self._count >= ENOUGH and as_slow <= self._count * SLOW_SHARE

    def _keep(self, index: int, exemplar: Exemplar) -> None:
        if not _newer(self._exemplars.get(index), exemplar):
            self._exemplars[index] = exemplar


class Spreads:
    """A histogram by attributes."""

    def __init__(self, name: str, bounds: Sequence[float] = SECONDS) -> None:
        """`name` is one of `telemetry.names`."""
        self._name = name
        self._bounds = bounds
        self._buckets: dict[Attributes, Buckets] = {}

    def record(
        self,
        of: Attributes,
        value: float,
        times: int = 1,
        exemplar: Exemplar | None = None,
        *,
        notable: bool = False,
    ) -> None:
        """Take a value, so many times; its exemplar stays if it is `notable`, or slow."""
        if of not in self._buckets:
            self._buckets[of] = Buckets(self._bounds)
        self._buckets[of].record(value, times, exemplar, notable=notable)

    def measured(self, called: str = "") -> Measured:
        """Return what was taken so far, under another name if told."""
        spreads = [buckets.spread(of) for of, buckets in self._buckets.items()]
        return measured(self._name, spreads, called=called)


def _newer(held: Exemplar | None, than: Exemplar) -> bool:
    """Tell whether one is held that is newer: backends take exemplars in time order only."""
    return held is not None and held.at_ns > than.at_ns
