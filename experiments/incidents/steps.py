"""A level over time as steps: what a window of a fault can be. Pure; seconds and shares."""

from collections.abc import Iterator

import msgspec

from experiments.incidents.incident import Level, Slope

POOL_S = 5.0
"""Figures of recovery come in pools of this length: a shorter step would show in none."""

MOST_STEPS = 4
"""Into how many steps a slope is cut, at the most: each of them is a window to report."""


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One level for a while; `ramp_s`: how long it takes to reach it from nothing."""

    start_s: float
    end_s: float
    level: float
    ramp_s: float = 0.0

    @property
    def duration_s(self) -> float:
        """How long it lasts."""
        return self.end_s - self.start_s


def steps_of(level: Level, start_s: float, end_s: float) -> tuple[Step, ...]:
    """Cut a level over [start, end) into steps; those at which nothing is touched are left out.

    A slope that rises from nothing is one step with a ramp. Any other is a staircase of equal
    steps, as many as have `POOL_S` each and at least one, at the level that it has in the middle.
    """
    if isinstance(level, Slope):
        if level.start == 0 and level.to > 0:
            length_s = end_s - start_s
            return (Step(start_s=start_s, end_s=end_s, level=level.to, ramp_s=length_s),)
        level = _staircase(level, end_s - start_s)
    levels = level if isinstance(level, tuple) else (level,)
    return tuple(step for step in _equal(levels, start_s, end_s) if step.level > 0)


def room_steps(level: Level, start_s: float, end_s: float) -> tuple[Step, ...]:
    """Cut how much room there is into steps; no room at all is a step, too, and knows no ramp."""
    if isinstance(level, Slope):
        level = _staircase(level, end_s - start_s)
    levels = level if isinstance(level, tuple) else (level,)
    return tuple(_equal(levels, start_s, end_s))


def _staircase(slope: Slope, length_s: float) -> tuple[float, ...]:
    count = max(1, min(MOST_STEPS, int(length_s / POOL_S)))
    change = (slope.to - slope.start) / count
    return tuple(round(slope.start + change * (index + 0.5), 4) for index in range(count))


def _equal(levels: tuple[float, ...], start_s: float, end_s: float) -> Iterator[Step]:
    length_s = (end_s - start_s) / len(levels)
    for index, level in enumerate(levels):
        begin_s = start_s + index * length_s
        yield Step(start_s=begin_s, end_s=begin_s + length_s, level=level)
