import math

import pytest

from telemetry.exchange import Exchange
from telemetry.metrics.failback_time import served_share
from telemetry.outcome import Outcome
from tests.telemetry.synthetic import (
    attempt,
    evidence,
    exchange,
    measured,
    renumbered,
    steady,
    window,
)

NAME = "failback_time"
BASELINE = steady(5, 19)


def run(*parts: list[Exchange]) -> list[Exchange]:
    return renumbered([*BASELINE, *(e for part in parts for e in part)])


def test_it_counts_from_the_windows_end_to_where_ninety_percent_are_served() -> None:
    parts = (steady(40, 45, every=0.2, endpoint="vertex"), steady(45, 60, every=0.2))
    seen = evidence(run(*parts), window())
    figure = measured(NAME, seen, window=seen.windows[0])
    assert figure.samples == 100
    assert figure.value == pytest.approx(4.6)  # 2 of 25 by vertex: 92 %; with 3 it is 88 %


def test_one_exchange_elsewhere_moves_it() -> None:
    parts = [*steady(40, 45, every=0.2, endpoint="vertex"), *steady(45, 60, every=0.2)]
    parts[24] = exchange(0, 44.8, attempt("azure", 44.8))
    seen = evidence(run(parts), window())
    assert measured(NAME, seen, window=seen.windows[0]).value == pytest.approx(4.4)


def test_coming_back_at_once_is_zero() -> None:
    seen = evidence(run(steady(40, 60)), window())
    assert measured(NAME, seen, window=seen.windows[0]).value == 0.0


def test_leaving_again_puts_it_off() -> None:
    parts = (steady(40, 50), steady(50, 52, endpoint="vertex"), steady(52, 60))
    seen = evidence(run(*parts), window())
    value = measured(NAME, seen, window=seen.windows[0]).value
    assert value == pytest.approx(11.2)  # the last 8 of 88 in one pool of 8.8 s: 90.9 % are back


def test_the_rest_of_the_load_belongs_to_the_last_pool() -> None:
    parts = (steady(40, 59), steady(59, 60, endpoint="vertex"))
    seen = evidence(run(*parts), window())
    assert measured(NAME, seen, window=seen.windows[0]).value == math.inf
    parts = (steady(40, 59.5), steady(59.5, 60, endpoint="vertex"))
    seen = evidence(run(*parts), window())
    assert measured(NAME, seen, window=seen.windows[0]).value == 0.0


def test_never_coming_back_is_infinite_as_far_as_the_load_went() -> None:
    seen = evidence(run(steady(40, 60, endpoint="vertex")), window())
    figure = measured(NAME, seen, window=seen.windows[0])
    assert (figure.value, figure.observed_s) == (math.inf, 15.0)
    assert "azure never served 90%" in figure.reason


def test_coming_back_in_the_last_seconds_is_not_seen_to_last() -> None:
    seen = evidence(run(steady(40, 57, endpoint="vertex"), steady(57, 60)), window())
    assert measured(NAME, seen, window=seen.windows[0]).value == math.inf


def test_ninety_percent_is_of_the_baselines_share() -> None:
    half = [*steady(5, 19, every=0.2), *steady(5.1, 19, every=0.2, endpoint="vertex")]
    back = [*steady(40, 60, every=0.2), *steady(40.1, 60, every=0.2, endpoint="vertex")]
    seen = evidence(renumbered([*half, *back]), window())
    assert served_share(seen, "azure") == pytest.approx(0.5, abs=0.01)
    assert measured(NAME, seen, window=seen.windows[0]).value == 0.0


def test_failing_at_the_endpoint_is_not_being_served() -> None:
    bad = [
        exchange(0, t / 10, attempt("azure", t / 10, outcome=Outcome.SERVER_ERROR))
        for t in range(400, 600)
    ]
    seen = evidence(run(bad), window())
    assert measured(NAME, seen, window=seen.windows[0]).value == math.inf


def test_the_endpoint_that_comes_back_last_counts() -> None:
    half = [*steady(5, 19, every=0.2), *steady(5.1, 19, every=0.2, endpoint="west")]
    back = [*steady(40, 60, every=0.2), *steady(50.1, 60, every=0.2, endpoint="west")]
    seen = evidence(renumbered([*half, *back]), window(endpoints=("azure", "west")))
    figure = measured(NAME, seen, window=seen.windows[0])
    assert figure.reason.startswith("west serves")
    assert figure.value is not None
    assert 9 < figure.value < 10


def test_an_endpoint_that_served_nothing_before_has_nothing_to_come_back_to() -> None:
    seen = evidence(run(steady(40, 60)), window(endpoints=("vertex",)))
    figure = measured(NAME, seen, window=seen.windows[0])
    assert figure.value is None
    assert "nothing to come back to" in figure.reason


def test_a_load_that_ends_with_the_window_shows_nothing() -> None:
    seen = evidence(run(steady(40, 60)), window(end=56.0))
    assert measured(NAME, seen, window=seen.windows[0]).value is None
    seen = evidence(run([]), window())
    assert measured(NAME, seen, window=seen.windows[0]).value is None


def test_pools_without_an_exchange_prove_nothing() -> None:
    seen = evidence(run(steady(40, 45)), window())
    figure = measured(NAME, seen, window=seen.windows[0])
    assert figure.value is None
    assert "too few" in figure.reason


def test_without_a_window_it_is_unknown() -> None:
    assert measured(NAME, evidence(run(steady(40, 60))), phase="recovery").value is None
