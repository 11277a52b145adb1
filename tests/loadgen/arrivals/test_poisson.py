from itertools import pairwise
from random import Random
from statistics import fmean, pstdev

import pytest

from loadgen.arrivals.poisson import Poisson


def gaps(seed: int) -> list[float]:
    times = [a.at_s for a in Poisson(rate_per_s=10).times(Random(seed), 2000)]
    return [late - early for early, late in pairwise(times)]


def test_gaps_are_exponential_mean_and_deviation_are_both_one_over_the_rate() -> None:
    assert fmean(gaps(3)) == pytest.approx(0.1, rel=0.03)
    assert pstdev(gaps(3)) == pytest.approx(0.1, rel=0.03)


def test_the_count_is_left_to_chance() -> None:
    counts = {len(list(Poisson(rate_per_s=10).times(Random(seed), 60))) for seed in range(20)}
    assert len(counts) > 10
    assert fmean(counts) == pytest.approx(600, rel=0.05)


def test_a_rate_at_which_nothing_arrives_is_refused() -> None:
    with pytest.raises(ValueError, match="rate_per_s"):
        Poisson(rate_per_s=0)
