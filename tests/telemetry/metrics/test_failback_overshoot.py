import math

import pytest

from tests.telemetry.synthetic import evidence, measured, renumbered, steady, window

NAME = "failback_overshoot"


def test_a_calm_return_is_one() -> None:
    seen = evidence(renumbered([*steady(5, 20), *steady(40, 60)]), window())
    figure = measured(NAME, seen, window=seen.windows[0])
    assert figure.value == pytest.approx(1.0)
    assert figure.samples == 50


def test_a_herd_is_its_multiple_of_the_steady_rate() -> None:
    herd = [*steady(45, 50, every=0.025), *steady(50, 60)]
    parts = [*steady(5, 20), *steady(40, 45, endpoint="vertex"), *herd]
    seen = evidence(renumbered(parts), window())
    figure = measured(NAME, seen, window=seen.windows[0])
    assert figure.samples == 140  # back from 43.5 s on: 140 of 155 until 48.5 s, at 40/s from 45 s
    assert figure.value == pytest.approx(140 / 50)


def test_an_endpoint_that_did_not_come_back_has_none() -> None:
    parts = [*steady(5, 20), *steady(40, 60, endpoint="vertex")]
    seen = evidence(renumbered(parts), window())
    assert measured(NAME, seen, window=seen.windows[0]).value is None
    assert measured(NAME, seen, phase="recovery").value is None


def test_no_attempt_in_the_baselines_own_time_is_no_rate() -> None:
    phases = (("baseline", 0.0, 0.05), ("fault", 20.0, 40.0), ("recovery", 40.0, 60.0))
    early = steady(0, 0.01, every=0.01)
    seen = evidence(renumbered([*early, *steady(40, 60)]), window(), phases=phases)
    figure = measured(NAME, seen, window=seen.windows[0])
    assert figure.value is not None
    assert math.isfinite(figure.value)
