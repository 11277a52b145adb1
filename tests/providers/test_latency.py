import random
import statistics

import pytest

from providers import latency
from providers.config import Latency

SLOW_WHEN_FULL = Latency(slowdown_at_capacity=3.0)


def test_times_stretch_linearly_with_load() -> None:
    assert latency.stretch(SLOW_WHEN_FULL, 0.0) == 1.0
    assert latency.stretch(SLOW_WHEN_FULL, 0.5) == pytest.approx(2.0)
    assert latency.stretch(SLOW_WHEN_FULL, 1.0) == pytest.approx(3.0)


def test_the_first_token_waits_for_every_prompt_token() -> None:
    settings = Latency(overhead_s=0.1, per_prompt_token_s=0.001, slowdown_at_capacity=2.0)
    assert latency.time_to_first_token_s(settings, 200, 0.0) == pytest.approx(0.3)
    assert latency.time_to_first_token_s(settings, 200, 1.0) == pytest.approx(0.6)
    assert latency.opening_s(settings, 1.0) == pytest.approx(0.2)


def test_gaps_are_log_normal_around_their_median() -> None:
    settings = Latency(token_gap_s=0.02, token_gap_sigma=0.3)
    dice = random.Random(1)
    gaps = [latency.token_gap_s(settings, 0.0, dice.gauss(0, 1)) for _ in range(4000)]
    assert statistics.median(gaps) == pytest.approx(0.02, rel=0.05)
    assert latency.token_gap_s(settings, 0.0, 1.0) == pytest.approx(0.02 * 2.718281828**0.3)


def test_without_sigma_all_gaps_are_equal() -> None:
    assert latency.token_gap_s(Latency(token_gap_s=0.02, token_gap_sigma=0), 0.0, 5.0) == 0.02
