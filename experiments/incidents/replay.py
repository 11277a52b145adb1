"""From a profile, an experiment and a speed to the experiment that replays it. Pure.

Only fault windows are scaled. What the client waits, how long breakers stay open, what the load is
and what a fault's own parameters say stay as they are, in seconds of this world: a replay at speed
60 is no client at speed 60.
"""

import math
from collections.abc import Iterator, Mapping

import msgspec
from msgspec.structs import replace

from experiments.incidents.cast import Cast, in_order, played
from experiments.incidents.claims import gates_of
from experiments.incidents.incident import Profile
from experiments.incidents.pace import check_speed, default_speed
from experiments.incidents.windows import Window, too_short, windows_of
from experiments.model import Experiment, Replayed


class Pace(msgspec.Struct, frozen=True, kw_only=True):
    """How fast, and on which endpoints; `reorder`: the route asks them in the profile's order."""

    speed: float | None = None
    mapped: Mapping[str, str] = {}
    reorder: bool = False


def replayed(profile: Profile, base: Experiment, pace: Pace) -> Experiment:
    """Return the base experiment with the incident in place of its faults and gates.

    Raises UsageError where the speed or the roles cannot be.
    """
    speed = default_speed(profile) if pace.speed is None else pace.speed
    check_speed(profile, speed)
    base, cast = played(profile, base, pace.mapped)
    if pace.reorder:
        base = in_order(profile, base, cast)
    windows = windows_of(profile, base, cast, speed)
    fault_s = float(math.ceil(round(profile.lasts_min * 60 / speed, 6)))
    return replace(
        base,
        name=profile.id,
        title=f"{profile.title}, replayed {speed:g} times as fast",
        phases=replace(base.phases, fault_s=fault_s),
        faults=tuple(fault for window in windows for fault in window.faults),
        gates=gates_of(profile, base, cast, windows, fault_s),
        expect=None,
        incident=Replayed(
            id=profile.id,
            speed=speed,
            roles=cast,
            notes=tuple(_notes(profile, base, cast, speed, windows)),
        ),
    )


def _notes(
    profile: Profile, base: Experiment, cast: Cast, speed: float, windows: tuple[Window, ...]
) -> Iterator[str]:
    """Say what is replayed, by whom, and what of it cannot be seen."""
    played_by = ", ".join(f"{role} is {name}" for role, name in cast.items())
    lasts = f"{profile.lasts_min:g} minutes in {profile.lasts_min * 60 / speed:.4g} s"
    yield f"replays {profile.id} at speed {speed:g}: {lasts}; {played_by}"
    first = base.route.order[0]
    reached = profile.negative or any(first in window.faults[0].at for window in windows)
    if not reached:
        yield f"nothing fails at {first}, which the route asks first: it may reach nobody"
    yield from too_short(profile, base, cast, speed)
    left_out = [role for role in profile.roles if role not in cast]
    if left_out:
        yield f"left out, since the gateway knows no such endpoint: {', '.join(left_out)}"
    for phase in profile.phases:
        if phase.instead:
            yield f"{phase.id}: {phase.instead}"
