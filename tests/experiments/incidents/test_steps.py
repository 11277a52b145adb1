"""Levels become steps."""

import pytest

from experiments.incidents.incident import Level, Slope
from experiments.incidents.steps import MOST_STEPS, Step, room_steps, steps_of


def slope(start: float, to: float) -> Slope:
    return Slope(start=start, to=to)


def levels(steps: tuple[Step, ...]) -> list[float]:
    return [step.level for step in steps]


def test_one_level_is_one_step() -> None:
    assert steps_of(0.95, 3, 9) == (Step(start_s=3, end_s=9, level=0.95),)


def test_a_rise_from_nothing_is_a_ramp() -> None:
    assert steps_of(slope(0, 0.5), 0, 8) == (Step(start_s=0, end_s=8, level=0.5, ramp_s=8),)


def test_a_fall_is_a_staircase_at_the_levels_in_the_middle() -> None:
    assert levels(steps_of(slope(1, 0), 0, 40)) == [0.875, 0.625, 0.375, 0.125]


@pytest.mark.parametrize(("length_s", "count"), [(1, 1), (9.9, 1), (10, 2), (19, 3), (500, 4)])
def test_a_staircase_has_as_many_steps_as_can_be_seen(length_s: float, count: int) -> None:
    assert len(steps_of(slope(1, 0), 0, length_s)) == count <= MOST_STEPS


def test_steps_without_a_fault_are_no_windows() -> None:
    found = steps_of((0.9, 0, 0.5), 0, 30)
    assert [(step.start_s, step.end_s) for step in found] == [(0, 10), (20, 30)]


def test_no_room_at_all_is_a_step_too() -> None:
    assert levels(room_steps((0, 0.5), 0, 10)) == [0, 0.5]


@pytest.mark.parametrize("level", [0.3, (0.3, 0.6), slope(0.3, 0.6), slope(0, 0.6)])
def test_room_has_no_ramp(level: Level) -> None:
    assert all(step.ramp_s == 0 for step in room_steps(level, 0, 40))
