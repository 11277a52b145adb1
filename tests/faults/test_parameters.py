import math

import msgspec
import pytest

from faults.parameters import RetryAfter, Seconds, Tokens


def test_seconds_may_be_none_at_all_or_for_ever() -> None:
    assert msgspec.convert(0, Seconds) == 0
    assert msgspec.convert(math.inf, Seconds) == math.inf


@pytest.mark.parametrize("wrong", [-0.1, math.nan, "5", True])
def test_what_is_no_length_of_time_is_refused(wrong: object) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(wrong, Seconds)


@pytest.mark.parametrize("wrong", [-1, math.inf, 40_000_000])
def test_a_refusal_asks_for_a_year_at_most(wrong: float) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(wrong, RetryAfter)


@pytest.mark.parametrize("wrong", [-1, 1.5, math.inf])
def test_tokens_are_counted_in_whole_numbers(wrong: float) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(wrong, Tokens)
