"""The statistics of a comparison: exact sign flips over pairs of runs; pure.

Null hypothesis: within every pair it is a coin's toss which of its two runs belongs to which side.
Then each of the 2**n ways to swap the two runs of some pairs is as likely as the one observed, and
a p-value is the share of them whose statistic is at least as large (Fisher 1935, Pitman 1937).
The statistic of a metric is the sum of its differences, as multiples of a unit that the swaps do
not change. All metrics are swapped together; the largest statistic is held against the largest of
any metric under each swap, the next one against that of the metrics not above it, and no p-value
is less than the one before (step-down maxT, Westfall and Young 1993). So the chance of one false
alarm or more among equal sides is at most alpha, however many metrics there are.

The effect is the median of the differences. Its interval is that of the sign test: from the
(k+1)-th smallest to the (k+1)-th largest, k the largest number with P(Bin(n, 1/2) <= k) <= alpha
(Thompson 1936). It asks nothing of the differences' distribution, and infinity is a value in it.
"""

import math
import random
from collections.abc import Iterator, Sequence
from fractions import Fraction

import msgspec

ALPHA = Fraction(1, 32)
"""How often equal sides may be told apart; five pairs can just reach it: 2**-5."""
MIN_PAIRS = 5
EXACT_PAIRS = 15
"""Up to here every swap is looked at, beyond it `2**EXACT_PAIRS` of them."""

STEPS = 1_000_000_000
"""Steps of one unit: differences are whole numbers of them, so that equal sums are equal."""
INFINITE_STEPS = 10**60
"""More steps than any sum of finite differences, and still countable."""


class Effect(msgspec.Struct, frozen=True, kw_only=True):
    """A median difference with its interval, None where infinities cancel.

    `confidence` is the chance that such an interval covers the true median; less than 1 - 2 alpha
    only where even the widest interval has less.
    """

    median: float | None
    low: float
    high: float
    confidence: float


def difference(base: float, new: float) -> float:
    """Return new - base; two infinities of one sign do not differ."""
    return 0.0 if base == new else new - base


def steps(differences: Sequence[float], unit: float) -> list[int]:
    """Return differences as whole steps of `unit / STEPS`, infinite ones as `INFINITE_STEPS`."""
    return [_step(each, unit) for each in differences]


def _step(value: float, unit: float) -> int:
    if math.isinf(value):
        return INFINITE_STEPS if value > 0 else -INFINITE_STEPS
    return round(Fraction(value) / Fraction(unit) * STEPS)


def adjusted_p(metrics: Sequence[Sequence[int]]) -> list[Fraction]:
    """Return one p-value per metric, adjusted for all of them; differences > 0 are worse.

    Each metric has its pairs' differences in steps, in the same order of pairs.
    """
    if not metrics:
        return []
    sums = [_swapped_sums(differences) for differences in metrics]
    found: dict[int, Fraction] = {}
    p = Fraction(0)
    for observed in sorted({one[0] for one in sums}, reverse=True):
        below = [one for one in sums if one[0] <= observed]
        p = max(p, _share_reaching(observed, below))
        found[observed] = p
    return [found[one[0]] for one in sums]


def _share_reaching(observed: int, sums: Sequence[Sequence[int]]) -> Fraction:
    largest = list(map(max, zip(*sums, strict=True)))
    return Fraction(sum(most >= observed for most in largest), len(largest))


def _swapped_sums(differences: Sequence[int]) -> list[int]:
    """Return the sum under every swap, the observed one first, in an order that n alone decides."""
    if len(differences) > EXACT_PAIRS:
        return [_signed(differences, signs) for signs in _drawn(len(differences))]
    sums = [0]
    for each in differences:
        sums = [one + each for one in sums] + [one - each for one in sums]
    return sums


def _signed(differences: Sequence[int], swaps: int) -> int:
    return sum(-d if swaps >> i & 1 else d for i, d in enumerate(differences))


def _drawn(pairs: int) -> Iterator[int]:
    """Draw swaps, bit i for pair i, the same ones for the same number of pairs.

    With the observed one among them the p-value keeps its level (Phipson and Smyth 2010).
    """
    dice = random.Random(pairs)
    yield 0
    for _ in range(2**EXACT_PAIRS - 1):
        yield dice.getrandbits(pairs)


def effect(differences: Sequence[float]) -> Effect:
    """Return the median difference and its interval; ValueError for no differences."""
    if not differences:
        raise ValueError("no differences have no median")
    ordered = sorted(differences)
    count = len(ordered)
    cut = _cut(count)
    return Effect(
        median=_middle(ordered),
        low=ordered[cut],
        high=ordered[count - 1 - cut],
        confidence=float(1 - 2 * _tail(count, cut)),
    )


def middle(values: Sequence[float]) -> float | None:
    """Return the median, None where it would lie between two opposite infinities."""
    return _middle(sorted(values))


def _middle(ordered: Sequence[float]) -> float | None:
    low, high = ordered[(len(ordered) - 1) // 2], ordered[len(ordered) // 2]
    between = low if low == high else low + (high - low) / 2
    return None if math.isnan(between) else between


def _cut(count: int) -> int:
    """Return how many differences the interval leaves out at either end."""
    cut = 0
    while _tail(count, cut + 1) <= ALPHA and 2 * (cut + 1) < count:
        cut += 1
    return cut


def _tail(count: int, most: int) -> Fraction:
    """Return P(Bin(count, 1/2) <= most)."""
    return Fraction(sum(math.comb(count, k) for k in range(most + 1)), 2**count)
