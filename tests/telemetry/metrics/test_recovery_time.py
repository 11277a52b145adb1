import math

import pytest

from telemetry.exchange import Exchange
from telemetry.outcome import Outcome
from tests.telemetry.synthetic import (
    attempt,
    evidence,
    exchange,
    failed_over,
    measured,
    refused,
    renumbered,
    steady,
    window,
)

NAME = "recovery_time"
BASELINE = steady(5, 19, every=0.1)


def slow(start: float, end: float, first: float, *, every: float = 0.1) -> list[Exchange]:
    """Healthy but slow: the first token comes `first` seconds after its plan (baseline: 0.2)."""
    times = [start + i * every for i in range(round((end - start) / every))]
    return [exchange(0, t, attempt("vertex", t, t + first + 1, first=t + first)) for t in times]


def failing(start: float, end: float, *, every: float = 0.1) -> list[Exchange]:
    times = [start + i * every for i in range(round((end - start) / every))]
    return [exchange(0, t, refused("azure", t)) for t in times]


def run(*parts: list[Exchange]) -> list[Exchange]:
    return renumbered([*BASELINE, *(e for part in parts for e in part)])


def test_never_breached_is_zero() -> None:
    moved = [failed_over(0, 20 + i / 10) for i in range(3)]
    seen = evidence(run(moved, steady(20.3, 60, endpoint="vertex")), window())
    figure = measured(NAME, seen, window=seen.windows[0])
    assert (figure.value, figure.samples) == (0.0, 400)
    assert figure.reason == "never breached"


def test_it_counts_from_the_first_breached_pool_to_the_first_of_the_good_rest() -> None:
    exchanges = run(failing(20, 27), steady(27, 60, endpoint="vertex"))
    seen = evidence(exchanges, window())
    assert measured(NAME, seen, window=seen.windows[0]).value == 10.0


def test_a_breach_later_than_the_first_hit_is_counted_from_itself() -> None:
    parts = (
        [failed_over(0, 20.0)],
        steady(20.1, 30, endpoint="vertex"),
        failing(30, 31),
        steady(31, 60, endpoint="vertex"),
    )
    seen = evidence(run(*parts), window())
    assert measured(NAME, seen, window=seen.windows[0]).value == 5.0


def test_one_point_less_success_than_the_baseline_is_no_breach() -> None:
    native = attempt("azure", 10.05, 10.1, outcome=Outcome.SERVER_ERROR)
    lossy = [*steady(5, 19), exchange(0, 10.05, native)]
    moved = [failed_over(0, 20.0)]
    fine = steady(20.05, 60, every=0.05, endpoint="vertex")
    fine[50] = failing(fine[50].planned_ns / 1e9 - 1000, 99, every=50)[0]
    seen = evidence(renumbered([*lossy, *moved, *fine]), window())
    assert measured(NAME, seen, window=seen.windows[0]).value == 0.0
    fine[51] = failing(fine[51].planned_ns / 1e9 - 1000, 99, every=50)[0]
    seen = evidence(renumbered([*lossy, *moved, *fine]), window())
    assert measured(NAME, seen, window=seen.windows[0]).value == 5.0


def test_being_slow_is_a_breach_too() -> None:
    seen = evidence(run([failed_over(0, 20.0)], slow(20.1, 32, 0.31), steady(32, 60)), window())
    assert measured(NAME, seen, window=seen.windows[0]).value == 15.0
    seen = evidence(run([failed_over(0, 20.0)], slow(20.1, 32, 0.29), steady(32, 60)), window())
    assert measured(NAME, seen, window=seen.windows[0]).value == 0.0


def test_a_few_slow_ones_in_a_good_rest_do_not_delay_recovery() -> None:
    parts = ([failed_over(0, 20.0)], slow(20.1, 21, 3.0), steady(21, 60, endpoint="vertex"))
    seen = evidence(run(*parts), window())
    assert measured(NAME, seen, window=seen.windows[0]).value == 0.0


def test_failing_to_the_end_is_never() -> None:
    seen = evidence(run(steady(20, 25, endpoint="vertex"), failing(25, 60)), window())
    hit = evidence(seen.exchanges, window(first_hit=20.0))
    figure = measured(NAME, hit, window=hit.windows[0])
    assert (figure.value, figure.observed_s) == (math.inf, 30.0)


def test_slow_to_the_end_is_never() -> None:
    seen = evidence(run(slow(20, 60, 0.4, every=0.05)), window())
    figure = measured(NAME, seen, window=seen.windows[0])
    assert (figure.value, figure.observed_s) == (math.inf, 35.0)


def test_with_too_few_left_to_tell_it_was_only_watched_to_the_last_pool_that_tells() -> None:
    seen = evidence(run(failing(20, 55), steady(55, 60, every=0.1)), window())
    figure = measured(NAME, seen, window=seen.windows[0])
    assert (figure.value, figure.observed_s) == (math.inf, 30.0)
    assert "fewer than 59" in figure.reason


def test_too_few_to_tell_anything_is_unknown() -> None:
    seen = evidence(run([failed_over(0, 20.0)], steady(20.1, 25)), window())
    figure = measured(NAME, seen, window=seen.windows[0])
    assert figure.value is None
    assert "fewer than 59" in figure.reason


def test_an_exchange_caught_before_the_first_hit_counts_in_the_first_pool() -> None:
    caught = exchange(0, 19.5, refused("azure", 20.0))
    seen = evidence(run([caught], steady(20.1, 60, endpoint="vertex")), window())
    assert measured(NAME, seen, window=seen.windows[0]).value == 5.0


@pytest.mark.parametrize("count", [58, 0])
def test_without_a_baseline_it_is_unknown(count: int) -> None:
    few = renumbered([*steady(5, 19)[:count], *steady(20, 60, endpoint="vertex")])
    figure = measured(NAME, seen := evidence(few, window()), window=seen.windows[0])
    assert figure.value is None
    assert f"only {count} exchanges" in figure.reason


def test_a_baseline_that_fails_is_nothing_to_compare_with() -> None:
    broken = [*steady(5, 15), *failing(15, 19), *steady(20, 60, endpoint="vertex")]
    seen = evidence(renumbered(broken), window())
    assert measured(NAME, seen, window=seen.windows[0]).value is None


def test_without_a_hit_or_a_window_it_is_unknown() -> None:
    seen = evidence(run(steady(20, 60)), window(first_hit=None))
    assert measured(NAME, seen, window=seen.windows[0]).value is None
    assert measured(NAME, seen, phase="fault").value is None
