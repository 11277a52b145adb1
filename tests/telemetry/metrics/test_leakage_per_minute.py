import pytest

from tests.telemetry.metrics.test_failover_time import outage
from tests.telemetry.synthetic import evidence, measured, window

NAME = "leakage_per_minute"


def test_it_is_the_attempts_after_failover_per_minute_of_the_rest() -> None:
    tried = [True] * 4 + [False] * 18 + [True] * 2 + [False] * 20
    seen = evidence(outage(*tried, every=0.25), window())
    figure = measured(NAME, seen, window=seen.windows[0])
    assert figure.value == pytest.approx(60 * 2 / 19)  # T_full is 1 s after the first hit


def test_without_failover_it_is_that_of_the_whole_window() -> None:
    seen = evidence(outage(*[True] * 40), window())
    assert measured(NAME, seen, window=seen.windows[0]).value == 120.0


def test_it_is_not_defined_where_failover_is_not() -> None:
    seen = evidence(outage(*[True] * 40), window(share=0.5))
    assert measured(NAME, seen, window=seen.windows[0]).value is None
    assert measured(NAME, seen, phase="fault").value is None
