"""What every arrival process can do: say when questions arrive, from dice and a length of time."""

from collections.abc import Iterator
from random import Random
from typing import ClassVar

import msgspec


class Arrival(msgspec.Struct, frozen=True, kw_only=True):
    """One question that arrives `at_s` after the start; token counts where the process knows."""

    at_s: float
    prompt_tokens: int | None = None
    output_tokens: int | None = None


class Arrivals(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An arrival process with its parameters.

    Open: nothing that happens to one question changes when the next one arrives.
    """

    name: ClassVar[str]

    def times(self, dice: Random, duration_s: float) -> Iterator[Arrival]:
        """Return the arrivals in [0, `duration_s`) in order; ValueError if there can be none."""
        raise NotImplementedError

    def mean_rate_per_s(self, duration_s: float) -> float:
        """Return the mean number of arrivals per second that `times` is expected to have."""
        raise NotImplementedError

    def describe(self, duration_s: float) -> str:
        """Return one line for a person: the process, its rate, and whatever was chosen for it."""
        raise NotImplementedError


def positive_rate(rate_per_s: float) -> None:
    """Refuse a rate at which nothing ever arrives, with a ValueError."""
    if not 0 < rate_per_s < float("inf"):
        raise ValueError(f"rate_per_s must be more than 0, not {rate_per_s:g}")
