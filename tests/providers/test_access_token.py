"""Tokens are renewed early enough, and not all the time."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.access_token import Token, refresh_due_at_s


def due_after_s(life_s: float) -> float:
    token = Token(text="x", fetched_at_s=1000.0, expires_at_s=1000.0 + life_s)
    return refresh_due_at_s(token) - 1000.0


@pytest.mark.parametrize(
    ("life_s", "due_s"),
    [
        (3600.0, 2880.0),  # 80 % of it is more than five minutes early
        (1000.0, 700.0),  # five minutes early is before 80 % of it
        (600.0, 300.0),
        (200.0, 100.0),  # five minutes early would be before it came
        (0.0, 0.0),
        (-5.0, 0.0),  # it came expired: at once, not in the past
        (math.inf, math.inf),
    ],
)
def test_a_token_is_renewed_before_it_ends(life_s: float, due_s: float) -> None:
    assert due_after_s(life_s) == pytest.approx(due_s)


@given(st.floats(min_value=1, max_value=1e6))
def test_there_is_always_time_left_to_fetch_another(life_s: float) -> None:
    due_s = due_after_s(life_s)
    assert life_s / 2 <= due_s + 1e-6
    assert due_s <= 0.8 * life_s + 1e-6
    assert life_s - due_s >= min(300.0, life_s / 2) - 1e-6


def test_a_token_does_not_tell_itself() -> None:
    assert "geheim" not in repr(Token(text="geheim", fetched_at_s=0.0))
