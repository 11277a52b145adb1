"""Where in a row of successes and failures an endpoint was ill; pure.

Two states, healthy and ill, each with its share of failures; the most likely row of states is the
one of least cost (Viterbi, 1967), where changing the state costs as much as `SWITCH` says. A lone
failure is then noise, and a lone success in an outage is too. In an ill stretch at least some 15 %
fail; it takes four failures close together to begin one. A stretch begins and ends with a failure.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

HEALTHY_FAILS = 0.01
ILL_FAILS = 0.5
SWITCH = 6.5
LEAST_FAILURES = 4


class Stretch(NamedTuple):
    """First and last failure of an ill stretch, by their place in the row."""

    first: int
    last: int


def ill_stretches(failed: Sequence[bool]) -> list[Stretch]:
    """Return the stretches in order."""
    states = _states(failed)
    found: list[Stretch] = []
    first: int | None = None
    for index, ill in enumerate([*states, False]):
        if ill and first is None:
            first = index
        elif not ill and first is not None:
            places = [i for i in range(first, index) if failed[i]]
            if len(places) >= LEAST_FAILURES:
                found.append(Stretch(places[0], places[-1]))
            first = None
    return found


def _costs(*, failed: bool) -> tuple[float, float]:
    shares = (HEALTHY_FAILS, ILL_FAILS)
    healthy, ill = (-math.log(share if failed else 1 - share) for share in shares)
    return healthy, ill


def _states(failed: Sequence[bool]) -> list[bool]:
    """Return for each whether the endpoint was ill, going back along the cheapest way."""
    costs = {one: _costs(failed=one) for one in (False, True)}
    healthy, ill = 0.0, SWITCH
    came_from: list[tuple[bool, bool]] = []
    for one in failed:
        from_ill = (ill + SWITCH < healthy, ill <= healthy + SWITCH)
        healthy, ill = min(healthy, ill + SWITCH), min(ill, healthy + SWITCH)
        came_from.append(from_ill)
        healthy, ill = healthy + costs[one][0], ill + costs[one][1]
    state = ill + SWITCH < healthy
    states: list[bool] = []
    for to_healthy, to_ill in reversed(came_from):
        states.append(state)
        state = to_ill if state else to_healthy
    return states[::-1]
