"""Percentiles that take failures as they are, and how many samples a claim on them needs.

Definition of a percentile: nearest rank. The q-th percentile of n values is the smallest value
that at least q % of them do not exceed, the one of rank ceil(q * n / 100). It is always a value
that was measured; a failed exchange enters as `inf`, so that failing cannot look fast.

Definition of enough: a claim on the q-th percentile needs the smallest n with (q/100)**n <= 5 %,
the sample count from which the largest value bounds that percentile with 95 % confidence without
any assumption on its distribution: p50 5, p95 59, p99 299. A claim that a share is at most s is
the same claim on the (1 - s) quantile; below 1 % no more than 299 are asked for.
"""

import math
from collections.abc import Callable, Sequence

CONFIDENCE_MISS = 0.05
SMALLEST_SHARE = 0.01
Statistic = Callable[[Sequence[float]], float]


def percentile(values: Sequence[float], percent: int) -> float:
    """Return the nearest-rank percentile; ValueError for no values."""
    if not values:
        raise ValueError("no values have no percentile")
    rank = -(-percent * len(values) // 100)
    return sorted(values)[max(rank, 1) - 1]


def mean(values: Sequence[float]) -> float:
    """Return the mean, the same in whatever order; `inf` when any value is."""
    return math.fsum(values) / len(values) if all(map(math.isfinite, values)) else math.inf


STATISTICS: dict[str, Statistic] = {
    "p50": lambda values: percentile(values, 50),
    "p95": lambda values: percentile(values, 95),
    "p99": lambda values: percentile(values, 99),
    "max": max,
    "mean": mean,
    "min": min,
}


def samples_for_statistic(name: str) -> int:
    """Return how many samples a claim on a statistic needs; 1 for what is seen, not estimated."""
    return samples_for_quantile(int(name[1:]) / 100) if name.startswith("p") else 1


def samples_for_share(share: float) -> int:
    """Return how many samples the claim needs that at most (or at least) `share` of them do."""
    rare = max(SMALLEST_SHARE, min(share, 1 - share))
    return samples_for_quantile(1 - rare)


def samples_for_quantile(quantile: float) -> int:
    """Return the smallest n with quantile**n <= 5 %."""
    return math.ceil(math.log(CONFIDENCE_MISS) / math.log(quantile))
