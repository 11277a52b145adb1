import math

import pytest

from experiments.judging.verdict import Finding, Ruling
from experiments.report.words import (
    amount,
    count,
    label,
    limit_words,
    moment,
    outcome_words,
    plain,
    sharing,
    utc_words,
)
from telemetry.outcome import Outcome


@pytest.mark.parametrize(
    ("value", "unit", "words"),
    [
        (0.42, "s", "0.42 s"),
        (0.0123, "s", "12.3 ms"),
        (0.0, "s", "0 s"),
        (12.44, "s", "12.4 s"),
        (200.0, "s", "3 min 20 s"),
        (-0.05, "s", "-50 ms"),
        (1.2, "%", "1.2 %"),
        (0.012, "share", "1.2 %"),
        (12345.0, "tokens", "12,345 tokens"),
        (math.inf, "s", "never"),
        (None, "s", "unknown"),
        (math.nan, "", "unknown"),
        (2.0, "", "2"),
    ],
)
def test_amounts_read_like_people_write_them(value: float | None, unit: str, words: str) -> None:
    assert amount(value, unit) == words


def test_small_numbers_keep_their_digits_and_large_ones_lose_noise() -> None:
    assert [plain(v) for v in (0.00123, 3.14159, 99.96, 1234.5)] == [
        "0.00123",
        "3.14",
        "100",
        "1,234",
    ]


def test_counts_agree_with_their_noun_and_shares_say_of_what() -> None:
    assert (count(1, "exchange"), count(2, "exchange")) == ("1 exchange", "2 exchanges")
    assert sharing(3, 240) == "3 of 240 (1.25 %)"
    assert sharing(0, 0) == "0 of 0"


def test_a_limit_is_written_with_its_comparison() -> None:
    finding = Finding(
        gate="failover_time <= 5 s",
        verdict=Ruling.PASS,
        observed=1.0,
        limit=5.0,
        samples=1,
        reason="",
        unit="s",
    )
    assert limit_words(finding) == "≤ 5 s"


def test_names_moments_and_outcomes_are_words() -> None:
    assert label("failover_time") == "Failover time"
    assert moment(20.017) == "20.02 s"
    assert outcome_words(Outcome.RESET_MID_STREAM) == "reset mid stream"
    assert utc_words(1_763_800_000_000_000_000) == "2025-11-22 08:26:40 UTC"
