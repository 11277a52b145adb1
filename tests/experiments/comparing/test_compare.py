"""Every p-value here was counted by hand over all the swaps of its pairs."""

import math
from fractions import Fraction

import pytest

from experiments.comparing.compare import (
    ALPHA,
    EXACT_PAIRS,
    INFINITE_STEPS,
    adjusted_p,
    difference,
    effect,
    middle,
    steps,
)

INF = math.inf


@pytest.mark.parametrize(
    ("differences", "p"),
    [
        ([1, 2, 3, 4, 5], Fraction(1, 32)),  # nothing but the observed signs sums to 15
        ([-1, 2, 3, 4, 5], Fraction(2, 32)),  # 13: 15 and itself
        ([1, -2, 3, 4, 5], Fraction(3, 32)),  # 11: 15, 13 and itself
        ([1, 1, 1, 1, 0], Fraction(2, 32)),  # a pair without a difference counts twice
        ([0, 0, 0, 0, 0], Fraction(1)),
        ([-1, -2, -3, -4, -5], Fraction(1)),
        ([1, 1, 1, 1, 1, -1], Fraction(7, 64)),  # 4: all six plus, and one of six minus
        ([INFINITE_STEPS] * 5, Fraction(1, 32)),
        ([INFINITE_STEPS, -1, -1, -1, -1], Fraction(16, 32)),  # the infinite one alone decides
    ],
)
def test_the_p_value_is_the_share_of_swaps_at_least_as_bad(
    differences: list[int], p: Fraction
) -> None:
    assert adjusted_p([differences]) == [p]


def test_one_metric_without_differences_costs_another_nothing() -> None:
    assert adjusted_p([[1, 2, 3, 4, 5], [0] * 5]) == [Fraction(1, 32), Fraction(1)]


def test_a_larger_metric_with_mixed_signs_costs_a_smaller_one_its_certainty() -> None:
    # The second sums to 15 or more, in size, under every swap but few: it hides the first.
    first, second = adjusted_p([[1, 1, 1, 1, 1], [100, -100, 100, -100, 100]])
    assert adjusted_p([[1, 1, 1, 1, 1]]) == [Fraction(1, 32)]
    assert first > ALPHA
    assert second > ALPHA


def test_a_metric_that_got_better_does_not_hide_one_that_got_infinitely_worse() -> None:
    worse, better = adjusted_p([[INFINITE_STEPS] * 5, [-5, -4, -5, -4, -5]])
    assert worse == Fraction(1, 32)
    assert better == 1


def test_a_metric_below_one_that_is_clearly_worse_is_tested_without_it() -> None:
    # Under half of the swaps the first is infinitely bad; the second is not held against that.
    first, second, third = adjusted_p([[INFINITE_STEPS] * 5, [3, 3, 3, 3, 3], [-2, -2, -2, -2, -2]])
    assert first == second == Fraction(1, 32)
    assert third == 1


def test_no_metric_is_surer_than_one_that_is_further_off() -> None:
    first, second = adjusted_p([[9, 9, 9, 9, -9], [1, 1, 1, 1, 1]])
    assert adjusted_p([[1, 1, 1, 1, 1]]) == [Fraction(1, 32)]
    assert first == second == Fraction(6, 32)


def test_equal_statistics_are_equally_sure() -> None:
    first, second = adjusted_p([[1, 2, 3, 4, 5], [5, 4, 3, 2, 1]])
    assert first == second == Fraction(1, 32)


def test_no_metric_has_no_p_value() -> None:
    assert adjusted_p([]) == []


def test_many_pairs_are_tested_on_drawn_swaps_and_always_on_the_same() -> None:
    many = [1] * (EXACT_PAIRS + 10)
    assert adjusted_p([many]) == [Fraction(1, 2**EXACT_PAIRS)]
    mixed = [(-1) ** i * (i + 1) for i in range(EXACT_PAIRS + 10)]
    assert adjusted_p([mixed]) == adjusted_p([mixed])
    assert adjusted_p([mixed])[0] > Fraction(1, 5)


@pytest.mark.parametrize(
    ("base", "new", "found"),
    [(1.0, 3.0, 2.0), (INF, INF, 0.0), (1.0, INF, INF), (INF, 1.0, -INF), (2.0, 2.0, 0.0)],
)
def test_infinity_differs_from_numbers_and_not_from_itself(
    base: float, new: float, found: float
) -> None:
    assert difference(base, new) == found


def test_steps_are_of_the_unit_and_alike_in_both_directions() -> None:
    assert steps([0.5, -0.5, INF, -INF], 5.0) == [
        100_000_000, -100_000_000, INFINITE_STEPS, -INFINITE_STEPS,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("count", "low", "high", "confidence"),
    [
        (1, 1, 1, 0.0),  # one difference: its interval is a point that covers nothing for sure
        (5, 1, 5, 1 - 2 / 32),
        (7, 1, 7, 1 - 2 / 128),
        (8, 1, 8, 1 - 2 / 256),  # one at either end: P(Bin(8, 1/2) <= 1) = 9/256 > 1/32
        (9, 2, 8, 1 - 2 * 10 / 512),
        (10, 2, 9, 1 - 2 * 11 / 1024),
    ],
)
def test_the_interval_of_the_median_is_the_sign_tests(
    count: int, low: int, high: int, confidence: float
) -> None:
    found = effect(list(map(float, range(count, 0, -1))))
    assert (found.median, found.low, found.high) == ((count + 1) / 2, low, high)
    assert found.confidence == pytest.approx(confidence)


def test_an_interval_may_end_in_infinity() -> None:
    found = effect([1.0, 2.0, INF, 3.0, INF])
    assert (found.median, found.low, found.high) == (3.0, 1.0, INF)


def test_the_middle_between_opposite_infinities_is_unknown() -> None:
    assert middle([INF, -INF]) is None
    assert middle([INF, INF]) == INF


def test_no_differences_have_no_median() -> None:
    with pytest.raises(ValueError, match="no median"):
        effect([])
