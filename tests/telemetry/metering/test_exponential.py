"""Base-2 exponential buckets hold what the data model says that they hold."""

import math
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from telemetry.metering.exponential import MAX_BUCKETS, Exponential, bucket_index
from telemetry.metering.point import Fine

VALUES = st.floats(min_value=1e-6, max_value=1e6)


def bounds(fine: Fine, index: int) -> tuple[float, float]:
    """Return a bucket's ends by the definition."""
    base = 2.0 ** (2.0**-fine.scale)
    return base ** (fine.offset + index), base ** (fine.offset + index + 1)


@given(st.lists(VALUES, min_size=1, max_size=60))
def test_each_value_lies_in_a_bucket_that_counts_it(values: list[float]) -> None:
    counted = Exponential()
    for value in values:
        counted.record(value)
    fine = counted.fine()
    assert sum(fine.counts) == len(values)
    assert len(fine.counts) <= MAX_BUCKETS
    for value in values:
        low, high = bounds(fine, bucket_index(value, fine.scale) - fine.offset)
        assert low * (1 - 1e-9) <= value <= high * (1 + 1e-9)


@given(st.lists(VALUES, min_size=1, max_size=60))
def test_the_order_of_values_does_not_matter(values: list[float]) -> None:
    there, back = Exponential(), Exponential()
    for value in values:
        there.record(value)
    for value in reversed(values):
        back.record(value)
    assert there.fine() == back.fine()


@given(st.integers(-20, 20), st.integers(-4, 20))
def test_a_power_of_two_belongs_to_the_bucket_that_it_ends(power: int, scale: int) -> None:
    value = math.ldexp(1.0, power)
    index = bucket_index(value, scale)
    # log2 of the bucket's ends, exactly: index / 2**scale < power <= (index + 1) / 2**scale
    wide = Fraction(2) ** scale
    assert Fraction(index) / wide < power <= Fraction(index + 1) / wide


def test_what_is_not_above_zero_is_counted_apart() -> None:
    counted = Exponential()
    counted.record(0.0, times=3)
    counted.record(-1.0)
    assert counted.fine().zeros == 4
    assert counted.fine().counts == ()
