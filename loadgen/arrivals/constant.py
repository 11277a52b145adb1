"""Arrivals at equal distances."""

from collections.abc import Iterator
from itertools import count, takewhile
from random import Random
from typing import ClassVar

from loadgen.arrival import Arrival, Arrivals, positive_rate


class Constant(Arrivals, frozen=True, kw_only=True):
    """Questions arrive at equal distances, `rate_per_s` of them per second, the first at once."""

    name: ClassVar[str] = "constant"

    rate_per_s: float

    def __post_init__(self) -> None:
        """Refuse a rate that is not positive."""
        positive_rate(self.rate_per_s)

    def times(self, dice: Random, duration_s: float) -> Iterator[Arrival]:  # noqa: ARG002 - no chance in it
        """Return the arrivals at 0, 1 / rate, 2 / rate, ..."""
        # A product, not a sum: the distance must not drift over a long run.
        marks = (number / self.rate_per_s for number in count())
        return (Arrival(at_s=at_s) for at_s in takewhile(lambda at_s: at_s < duration_s, marks))

    def mean_rate_per_s(self, duration_s: float) -> float:  # noqa: ARG002 - the same for any length
        """Return the rate itself."""
        return self.rate_per_s

    def describe(self, duration_s: float) -> str:  # noqa: ARG002 - the same for any length
        """Return the rate in words."""
        return f"constant arrivals, {self.rate_per_s:g} per second"
