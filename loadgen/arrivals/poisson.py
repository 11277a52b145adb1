"""Arrivals that know nothing of each other."""

from collections.abc import Iterator
from random import Random
from typing import ClassVar

from loadgen.arrival import Arrival, Arrivals, positive_rate


class Poisson(Arrivals, frozen=True, kw_only=True):
    """Questions arrive independently of each other, `rate_per_s` of them per second on average.

    The gaps are exponential and are left as the dice gave them: a run of n seconds has about, not
    exactly, n x rate arrivals, since scaling them to the count would take the bursts away.
    """

    name: ClassVar[str] = "poisson"

    rate_per_s: float

    def __post_init__(self) -> None:
        """Refuse a rate that is not positive."""
        positive_rate(self.rate_per_s)

    def times(self, dice: Random, duration_s: float) -> Iterator[Arrival]:
        """Return arrivals with exponential gaps."""
        at_s = dice.expovariate(self.rate_per_s)
        while at_s < duration_s:
            yield Arrival(at_s=at_s)
            at_s += dice.expovariate(self.rate_per_s)

    def mean_rate_per_s(self, duration_s: float) -> float:  # noqa: ARG002 - the same for any length
        """Return the rate itself."""
        return self.rate_per_s

    def describe(self, duration_s: float) -> str:  # noqa: ARG002 - the same for any length
        """Return the rate in words."""
        return f"Poisson arrivals, {self.rate_per_s:g} per second on average"
