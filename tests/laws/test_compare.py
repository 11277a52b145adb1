"""Equal sides are told apart no more often than stated; a clear difference always is."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.comparing.compare import ALPHA, adjusted_p, effect

COMPARISONS = 1000
THREE_SIGMA = 3 * (COMPARISONS * float(ALPHA) * (1 - float(ALPHA))) ** 0.5
STATED = COMPARISONS * float(ALPHA)


def equal_sides(dice: random.Random, metrics: int, pairs: int) -> list[list[int]]:
    """Return the differences of equal sides: metrics of one run belong together, tails are long."""
    found: list[list[int]] = [[] for _ in range(metrics)]
    for _ in range(pairs):
        bad_day = dice.gauss(0, 1) - dice.gauss(0, 1)
        for index, metric in enumerate(found):
            own = dice.lognormvariate(0, 1) - dice.lognormvariate(0, 1)
            metric.append(round(1e6 * (index + 1) * (bad_day + own)))
    return found


@pytest.mark.parametrize(("metrics", "pairs"), [(1, 5), (7, 5), (3, 8)])
def test_false_alarms_over_1000_pairs_of_equal_run_sets_stay_at_the_stated_rate(
    metrics: int, pairs: int
) -> None:
    dice = random.Random(20260101)
    alarms = sum(
        min(adjusted_p(equal_sides(dice, metrics, pairs))) <= ALPHA for _ in range(COMPARISONS)
    )
    # The test is exact, so far fewer alarms would be as wrong as far more.
    assert STATED - THREE_SIGMA <= alarms <= STATED + THREE_SIGMA


def test_differences_that_are_often_none_raise_fewer_alarms_never_more() -> None:
    dice = random.Random(7)
    alarms = sum(
        min(adjusted_p([[dice.choice((-1, 0, 0, 1)) for _ in range(5)] for _ in range(4)])) <= ALPHA
        for _ in range(COMPARISONS)
    )
    assert alarms <= STATED


@given(st.lists(st.integers(1, 10**6), min_size=5, max_size=9))
def test_a_metric_that_is_worse_in_every_pair_is_found(differences: list[int]) -> None:
    assert adjusted_p([differences])[0] <= ALPHA


@given(st.lists(st.integers(-(10**6), 10**6), min_size=5, max_size=8), st.randoms())
def test_the_order_of_the_pairs_changes_nothing(
    differences: list[int], dice: random.Random
) -> None:
    shuffled = list(differences)
    dice.shuffle(shuffled)
    assert adjusted_p([shuffled]) == adjusted_p([differences])
    assert effect(shuffled) == effect(differences)


@given(st.lists(st.lists(st.integers(-50, 50), min_size=6, max_size=6), min_size=1, max_size=4))
def test_another_metric_never_makes_one_look_worse(metrics: list[list[int]]) -> None:
    together = adjusted_p(metrics)
    assert all(adjusted_p([one])[0] <= p for one, p in zip(metrics, together, strict=True))


def test_an_interval_covers_the_true_median_as_often_as_it_says() -> None:
    dice = random.Random(11)
    covered = 0
    for _ in range(COMPARISONS):
        found = effect([dice.lognormvariate(0, 1) for _ in range(9)])
        covered += found.low <= 1 <= found.high
    assert covered >= COMPARISONS * found.confidence - 25
