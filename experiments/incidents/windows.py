"""From an incident's phases to fault windows, and to what cannot be seen of them. Pure."""

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import msgspec
from msgspec.structs import replace

from experiments.incidents.cast import Cast
from experiments.incidents.incident import Phase, Profile
from experiments.incidents.pace import Need, calm_need, cooldown_of, fault_need, speed_to_see
from experiments.incidents.steps import Step, room_steps, steps_of
from experiments.model import Experiment, Fault
from experiments.reading.checks import SETTLE_S
from loadgen.catalog import make_arrivals
from loadgen.config import Reference

DIGITS = 3
"""Times of a replay are told to the millisecond."""


class Window(msgspec.Struct, frozen=True, kw_only=True):
    """One window of a replay: its faults, and the phase that they are of."""

    phase: str
    faults: tuple[Fault, ...]

    @property
    def name(self) -> str:
        """What the run calls it."""
        return self.faults[0].group

    @property
    def start_s(self) -> float:
        """When it begins, in seconds from the start of the fault phase."""
        return self.faults[0].start_s

    @property
    def end_s(self) -> float:
        """When it ends."""
        return self.start_s + self.faults[0].duration_s


def windows_of(profile: Profile, base: Experiment, cast: Cast, speed: float) -> tuple[Window, ...]:
    """Return every window in order of start; what reaches nobody is forgiven where that is right.

    A fault must touch somebody where the route's first endpoint fails out of the blue for long
    enough to be seen. Everywhere else the client may well be elsewhere, and that is what it is for.
    """
    found = [
        window
        for phase in profile.phases
        if any(role in cast for role in phase.roles)
        for window in _windows(phase, base, cast, speed)
    ]
    found.sort(key=lambda window: (window.start_s, window.end_s))
    if profile.negative:
        return tuple(_forgiven(window) for window in found)
    return tuple(_must_hit(found, base))


def too_short(profile: Profile, base: Experiment, cast: Cast, speed: float) -> Iterator[str]:
    """Say of each phase that is too short to be seen at this speed how long it lasts, and why."""
    for phase in profile.phases:
        short = _shortest(phase, base, cast, speed)
        if short is None:
            continue
        each = " a step" if len(_steps(phase, speed)) > 1 else ""
        enough = _speed_to_see(phase, base, cast, speed)
        seen = f"; at speed {enough:g} it is long enough" if enough else ""
        yield (
            f"too short to observe at this speed: {phase.id} (minutes {phase.start_min:g} to "
            f"{phase.end_min:g}) lasts {short.length_s:.2g} s{each} of the "
            f"{short.need.seconds:.2g} s that it needs, since {short.need.why}{seen}"
        )


class _Short(NamedTuple):
    """A step that does not last as long as it would have to, to be seen."""

    length_s: float
    need: Need


def _shortest(phase: Phase, base: Experiment, cast: Cast, speed: float) -> _Short | None:
    """Return the step of a phase that lacks most, None where all are long enough."""
    short = [
        _Short(end_s - start_s, need)
        for start_s, end_s, need in _needs(phase, base, cast, speed)
        if end_s - start_s < need.seconds
    ]
    return min(short, key=lambda one: one.length_s / one.need.seconds, default=None)


def _speed_to_see(phase: Phase, base: Experiment, cast: Cast, speed: float) -> float:
    """Return a speed at which a whole phase would be long enough, 0 where none is.

    A slower slope has more steps, whose needs differ: so it is looked for again at what was found,
    and given up where the rounding of speeds no longer gets anywhere.
    """
    short = _shortest(phase, base, cast, speed)
    while short is not None and math.isfinite(short.need.seconds):
        slower = speed_to_see(speed, short.length_s, short.need.seconds)
        if not 0 < slower < speed:
            return 0.0
        speed = slower
        short = _shortest(phase, base, cast, speed)
    return speed if short is None else 0.0


def _needs(
    phase: Phase, base: Experiment, cast: Cast, speed: float
) -> Iterator[tuple[float, float, Need]]:
    """Return the start and end of each step of a phase, and how long it would have to be."""
    if not any(role in cast for role in phase.roles):
        return
    if not phase.parts:
        yield phase.start_min * 60 / speed, phase.end_min * 60 / speed, calm_need(base)
        return
    names = frozenset(name for _, fault in phase.parts for name in fault)
    for step in _steps(phase, speed):
        share = step.level if phase.room is None else max(0.0, 1 - step.level)
        need = fault_need(names, share, rate_of(base), base)
        yield step.start_s, step.end_s, need


def rate_of(base: Experiment) -> float:
    """Return the load's mean rate in questions per second."""
    return make_arrivals(base.load.arrivals).mean_rate_per_s(base.phases.load_s)


def usual_at_once(base: Experiment, name: str) -> float:
    """Return how many answers an endpoint usually has under way when it carries the whole load.

    Little's law: the rate times how long an answer takes, by the stand-in's own speed; 1 s where
    nothing is known of it.
    """
    stand_in = base.endpoint(name).stand_in
    if stand_in is None:
        return rate_of(base)
    latency, asked, told = stand_in.latency, base.load.prompt_tokens, base.load.output_tokens
    mean_tokens = told.median * math.exp(told.sigma**2 / 2)
    first_s = latency.overhead_s + latency.per_prompt_token_s * asked.median
    return rate_of(base) * (first_s + latency.token_gap_s * mean_tokens)


def _steps(phase: Phase, speed: float) -> tuple[Step, ...]:
    start_s, end_s = phase.start_min * 60 / speed, phase.end_min * 60 / speed
    if phase.room is not None:
        return room_steps(phase.room, start_s, end_s)
    return () if phase.level is None else steps_of(phase.level, start_s, end_s)


def _windows(phase: Phase, base: Experiment, cast: Cast, speed: float) -> Iterator[Window]:
    if not phase.parts:
        return
    steps = _steps(phase, speed)
    at = tuple(cast[role] for role in phase.roles if role in cast)
    for number, step in enumerate(steps, 1):
        group = phase.id if len(steps) == 1 else f"{phase.id}-{number}"
        faults = tuple(_faults(phase, step, group, at, base))
        yield Window(phase=phase.id, faults=faults)


def _faults(
    phase: Phase, step: Step, group: str, at: Sequence[str], base: Experiment
) -> Iterator[Fault]:
    """Return the faults of one window.

    Those of a mix are drawn one after the other, so each has its part of what the others left.
    """
    left = 1.0
    start_s = round(step.start_s, DIGITS)
    for number, (of, inject) in enumerate(phase.parts, 1):
        share = 1.0 if phase.room is not None else step.level * of
        yield Fault(
            id=group if len(phase.parts) == 1 else f"{group}-{number}",
            at=tuple(at),
            inject=inject if phase.room is None else _roomy(inject, step.level, at, base),
            start_s=start_s,
            duration_s=round(step.end_s - start_s, DIGITS),
            share=min(1.0, round(share / left, 4)) if left > 0 else 0.0,
            ramp_s=min(round(step.ramp_s, DIGITS), round(step.end_s - start_s, DIGITS)),
            group=group,
            draw=phase.draw,
        )
        left -= share


def _roomy(inject: Reference, room: float, at: Sequence[str], base: Experiment) -> Reference:
    """Fill in how many at once the room is for: a part of what the endpoint usually carries."""
    concurrent = round(room * min(usual_at_once(base, name) for name in at))
    return {"capacity": {**inject["capacity"], "concurrent": concurrent}}


def _must_hit(windows: Sequence[Window], base: Experiment) -> Iterator[Window]:
    first, settled_s = base.route.order[0], cooldown_of(base) + SETTLE_S
    busy_until_s = -math.inf
    for window in windows:
        fault = window.faults[0]
        names = frozenset(name for one in window.faults for name in one.inject)
        share = max(_touched(one, base) for one in window.faults)
        seen = fault.duration_s >= fault_need(names, share, rate_of(base), base).seconds
        surprising = first in fault.at and window.start_s >= busy_until_s
        if first in fault.at and seen:
            busy_until_s = max(busy_until_s, window.end_s + settled_s)
        yield window if surprising and seen else _forgiven(window)


def _touched(fault: Fault, base: Experiment) -> float:
    """Return the share of the load that a fault touches; where it needs room, what finds none."""
    if "capacity" not in fault.inject:
        return fault.share
    concurrent = int(str(fault.inject["capacity"]["concurrent"]))
    return max(0.0, 1 - concurrent / usual_at_once(base, fault.at[0]))


def _forgiven(window: Window) -> Window:
    faults = tuple(replace(fault, may_miss=True) for fault in window.faults)
    return replace(window, faults=faults)
