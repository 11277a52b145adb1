import math

import pytest

from telemetry.stats import (
    STATISTICS,
    mean,
    percentile,
    samples_for_share,
    samples_for_statistic,
)


@pytest.mark.parametrize(
    ("count", "percent", "expected"),
    [(1, 50, 1), (2, 50, 1), (3, 50, 2), (20, 95, 19), (21, 95, 20), (59, 95, 57), (100, 99, 99),
     (101, 99, 100), (299, 99, 297), (5, 100, 5), (5, 0, 1)],
)  # fmt: skip
def test_a_percentile_is_the_value_of_its_nearest_rank(
    count: int, percent: int, expected: int
) -> None:
    assert percentile([float(n) for n in range(count, 0, -1)], percent) == expected


def test_failures_fill_a_percentile_from_the_top() -> None:
    values = [1.0] * 95 + [math.inf] * 5
    assert percentile(values, 95) == 1.0
    assert percentile([*values, math.inf], 95) == math.inf


def test_no_values_have_no_percentile() -> None:
    with pytest.raises(ValueError, match="no values"):
        percentile([], 50)


def test_a_mean_with_a_failure_is_infinite() -> None:
    assert mean([1.0, 2.0, 6.0]) == 3.0
    assert mean([1.0, math.inf]) == math.inf


def test_every_statistic_takes_one_value() -> None:
    assert {name: take([7.0]) for name, take in STATISTICS.items()} == dict.fromkeys(
        STATISTICS, 7.0
    )


def test_percentiles_need_the_samples_that_bound_them_with_95_percent_confidence() -> None:
    needed = {name: samples_for_statistic(name) for name in STATISTICS}
    assert needed == {"p50": 5, "p95": 59, "p99": 299, "max": 1, "mean": 1, "min": 1}
    assert 0.95**59 <= 0.05 < 0.95**58
    assert 0.99**299 <= 0.05 < 0.99**298


@pytest.mark.parametrize(
    ("share", "needed"),
    [(0.0, 299), (0.001, 299), (0.01, 299), (0.05, 59), (0.1, 29), (0.5, 5), (0.99, 299), (1, 299)],
)
def test_a_rarer_share_needs_more_samples_and_never_more_than_299(
    share: float, needed: int
) -> None:
    assert samples_for_share(share) == needed
