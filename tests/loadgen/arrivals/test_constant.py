from random import Random

import pytest

from loadgen.arrivals.constant import Constant


def test_arrivals_are_equally_far_apart_and_the_first_comes_at_once() -> None:
    arrivals = Constant(rate_per_s=4).times(Random(1), 1.0)
    assert [a.at_s for a in arrivals] == [0, 0.25, 0.5, 0.75]


def test_the_distance_does_not_drift_over_a_long_run() -> None:
    times = [a.at_s for a in Constant(rate_per_s=10).times(Random(1), 3600)]
    assert len(times) == 36_000
    assert times[-1] == 3599.9


def test_no_token_counts_are_brought() -> None:
    (arrival,) = Constant(rate_per_s=1).times(Random(1), 1.0)
    assert (arrival.prompt_tokens, arrival.output_tokens) == (None, None)


@pytest.mark.parametrize("rate", [0, -1, float("inf"), float("nan")])
def test_a_rate_at_which_nothing_arrives_is_refused(rate: float) -> None:
    with pytest.raises(ValueError, match="rate_per_s"):
        Constant(rate_per_s=rate)
