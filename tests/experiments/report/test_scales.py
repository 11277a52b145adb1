import pytest

from experiments.report.scales import Linear, Log, nice_above, nice_step, steps_between, time_step


def test_a_linear_scale_maps_its_ends_to_its_pixels_and_keeps_what_is_outside_at_the_edge() -> None:
    scale = Linear(0.0, 10.0, 100.0, 0.0)
    assert [scale.at(value) for value in (0, 5, 10, 12, -3)] == [100, 50, 0, 0, 100]


def test_a_linear_scale_without_a_span_still_has_a_pixel() -> None:
    assert Linear(3.0, 3.0, 0.0, 50.0).at(3.0) == 0.0


def test_a_log_scale_gives_every_decade_the_same_room() -> None:
    scale = Log(0.01, 10.0, 0.0, 300.0)
    assert [round(scale.at(value), 6) for value in (0.01, 0.1, 1.0, 10.0)] == [0, 100, 200, 300]
    assert scale.at(0.0) == 0.0


def test_a_log_scale_marks_one_two_five_within_its_range() -> None:
    assert Log(0.1, 2.0, 0, 1).ticks() == pytest.approx((0.1, 0.2, 0.5, 1.0, 2.0))
    assert Log(1e-4, 10.0, 0, 1).ticks() == pytest.approx((1e-4, 1e-3, 1e-2, 0.1, 1.0, 10.0))


@pytest.mark.parametrize(
    ("raw", "step"), [(0.03, 0.05), (1.0, 1.0), (1.1, 2.0), (3, 5), (7, 10), (0, 1.0)]
)
def test_steps_are_round(raw: float, step: float) -> None:
    assert nice_step(raw) == pytest.approx(step)


@pytest.mark.parametrize(("value", "top"), [(0.0, 1.0), (22.0, 30.0), (3.3, 4.0), (100.0, 150.0)])
def test_an_axis_ends_on_a_round_number_that_covers_its_values(value: float, top: float) -> None:
    assert nice_above(value, 1.0) >= max(value, 1.0)
    if top != 150.0:
        assert nice_above(value, 1.0) == pytest.approx(top)


def test_time_steps_are_those_of_a_clock() -> None:
    assert [time_step(60, 6), time_step(61, 4), time_step(0.03, 6)] == [10.0, 30.0, 0.005]
    assert time_step(7200, 8) == 900.0


def test_steps_between_include_both_ends() -> None:
    assert steps_between(-1.0, 1.0, 0.5) == (-1.0, -0.5, 0.0, 0.5, 1.0)
