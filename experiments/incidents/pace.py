"""How fast an incident is replayed, and what becomes too short to be seen. Pure."""

import math
from collections.abc import Callable

import msgspec

from experiments.incidents.incident import Profile
from experiments.incidents.steps import POOL_S
from experiments.model import Experiment
from experiments.reading.problems import UsageError

USUAL_FAULT_S = 120.0
"""How long the faults of a replay last, at the most, unless a speed is given."""

LONGEST_S = 6 * 86_400.0
"""A run has at most seven days, its other phases among them."""

TOUCHED = 3.0
"""Expected touched exchanges below which a fault may well touch nobody: e^-3 is 5 %."""

SILENT = frozenset({"blackhole", "keep_alive_only", "stream_stall"})
"""Faults that only a timeout can tell from work."""


class Need(msgspec.Struct, frozen=True, kw_only=True):
    """How long something must last to be seen, and why; seconds."""

    seconds: float
    why: str


def default_speed(profile: Profile) -> float:
    """Return the speed at which the whole incident passes in `USUAL_FAULT_S`, in round figures."""
    return max(1.0, _rounded(profile.lasts_min * 60 / USUAL_FAULT_S, math.ceil))


def check_speed(profile: Profile, speed: float) -> None:
    """Refuse a speed at which nothing could be seen, or the run would not end; UsageError."""
    all_s = profile.lasts_min * 60
    if not speed > 0 or all_s / speed < POOL_S:
        most = _rounded(all_s / POOL_S, math.floor)
        raise UsageError(
            f"--speed {speed:g}: the {profile.lasts_min:g} minutes of {profile.id} need "
            f"{POOL_S:g} s to show anything: more than 0 and at most {most:g}"
        )
    if all_s / speed > LONGEST_S:
        least = _rounded(all_s / LONGEST_S, math.ceil)
        raise UsageError(
            f"--speed {speed:g}: {profile.id} would take {all_s / speed / 86_400:.1f} days, and a "
            f"run lasts at most 7: {least:g} or more"
        )


def speed_to_see(speed: float, duration_s: float, needed_s: float) -> float:
    """Return the greatest speed, in round figures, at which what lasts too little would do."""
    return _rounded(speed * duration_s / needed_s, math.floor)


def fault_need(names: frozenset[str], share: float, rate_per_s: float, base: Experiment) -> Need:
    """Return how long these faults must last, at this share of this load, to be seen.

    At least one pool of the figures; until some exchanges are expected to be touched; and, where
    nothing is said, as long as the client waits before it gives up.
    """
    touched_per_s = share * rate_per_s
    waits_s = base.route.timeouts.first_token_s if names & SILENT else 0.0
    needs = [
        Need(seconds=POOL_S, why=f"figures come in pools of {POOL_S:g} s"),
        Need(
            seconds=TOUCHED / touched_per_s if touched_per_s else math.inf,
            why=f"{touched_per_s:.2g} exchanges per second are touched",
        ),
        Need(seconds=2 * waits_s, why=f"clients wait {waits_s:g} s before they give up"),
    ]
    return max(needs, key=lambda need: need.seconds)


def calm_need(base: Experiment) -> Need:
    """Return how long a calm must last for traffic to come back in it."""
    cooldown_s = cooldown_of(base)
    pool = Need(seconds=POOL_S, why=f"figures come in pools of {POOL_S:g} s")
    if cooldown_s < POOL_S:
        return pool
    why = f"a failed endpoint is left alone for {cooldown_s:g} s"
    return Need(seconds=cooldown_s + POOL_S, why=why)


def cooldown_of(base: Experiment) -> float:
    """Return how long the route leaves a failed endpoint alone, 0 where that is not known."""
    if base.gateway is not None:
        return base.gateway.cooldown_s or 0.0
    return base.route.breaker.cooldown_s if base.route.breaker.enabled else 0.0


def _rounded(value: float, towards: Callable[[float], int]) -> float:
    """Round to two figures."""
    scale = 10.0 ** (math.floor(math.log10(value)) - 1)
    return round(towards(round(value / scale, 9)) * scale, 9)
