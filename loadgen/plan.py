"""The whole load, decided before the first question is sent.

Pure: the same load, seed and duration give the same plan in every process, so any number of
workers can compute it and take their share.
"""

import math
from collections.abc import Iterable
from random import Random

import msgspec

from loadgen.arrival import Arrival
from loadgen.catalog import make_arrivals
from loadgen.config import Lengths, Load
from telemetry.identity import CANARY_FIRST_NUMBER

MAX_EXCHANGES = 1_000_000
"""What one worker can plan and hold; 20 per second for half a day."""


class Planned(msgspec.Struct, frozen=True, kw_only=True):
    """One planned exchange, `at_s` after the run's start; `number` counts from 0."""

    number: int
    at_s: float
    prompt_tokens: int
    output_tokens: int
    stream: bool = True


def plan(load: Load, *, seed: int, duration_s: float) -> tuple[Planned, ...]:
    """Plan every exchange of a run in order of time; ValueError if the load cannot be made."""
    arrivals = make_arrivals(load.arrivals).times(Random(f"{seed} arrivals"), duration_s)
    # Lengths have dice of their own, so that another length model leaves the times alone.
    lengths = Random(f"{seed} lengths")
    planned = tuple(
        _planned(number, arrival, load, lengths) for number, arrival in enumerate(arrivals)
    )
    if len(planned) >= CANARY_FIRST_NUMBER:
        raise ValueError(f"{len(planned)} exchanges are more than a run can number")
    return planned


def _planned(number: int, arrival: Arrival, load: Load, dice: Random) -> Planned:
    # Both are always drawn: what a trace brings must not shift what the next row gets.
    prompt, output = draw(load.prompt_tokens, dice), draw(load.output_tokens, dice)
    return Planned(
        number=number,
        at_s=arrival.at_s,
        prompt_tokens=max(1, prompt if arrival.prompt_tokens is None else arrival.prompt_tokens),
        output_tokens=max(1, output if arrival.output_tokens is None else arrival.output_tokens),
        stream=load.stream,
    )


def draw(lengths: Lengths, dice: Random) -> int:
    """Draw one token count: log-normal around the median, at least 1, at most `max`."""
    drawn = round(lengths.median * math.exp(lengths.sigma * dice.gauss(0.0, 1.0)))
    return max(1, min(drawn, lengths.max))


def replica_of(number: int, clients: int) -> int:
    """Return which of `clients` replicas of the failover client an exchange belongs to."""
    return number % clients


def share(
    planned: Iterable[Planned], *, clients: int, index: int, count: int
) -> tuple[Planned, ...]:
    """Return what worker `index` of `count` sends: the exchanges of its own replicas."""
    return tuple(p for p in planned if replica_of(p.number, clients) % count == index)


def describe(load: Load, *, duration_s: float) -> str:
    """Return one line for a person about when questions arrive; ValueError as `plan`."""
    return make_arrivals(load.arrivals).describe(duration_s)
