"""What somebody who wrote another unit probably meant."""

import pytest

from experiments.reading.units import key_complaint, key_meant, number_meant

KNOWN = ("duration_s", "share", "start_s")


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("20s", "write 20, in seconds"),
        ("20 s", "write 20, in seconds"),
        ("500ms", "write 0.5, in seconds"),
        ("2 min", "write 120, in seconds"),
        ("1h", "write 3600, in seconds"),
        ("20", "write 20 without quotes"),
        ("50 %", "write 0.5, a share between 0 and 1"),
        ("soon", ""),
        ("20 parsecs", ""),
        (None, ""),
    ],
)
def test_a_time_in_words_is_said_in_seconds(text: object, meant: str) -> None:
    assert number_meant("duration_s", text) == meant


def test_seconds_are_meant_only_where_seconds_are_asked_for() -> None:
    assert number_meant("clients", "4 s") == ""


@pytest.mark.parametrize(
    ("key", "value", "meant"),
    [
        ("duration_ms", 500, "duration_s: 0.5"),
        ("duration_min", 2, "duration_s: 120"),
        ("duration_ms", "long", "duration_s"),
        ("length_ms", 500, ""),
        ("duration", 500, ""),
    ],
)
def test_a_key_in_another_unit_means_the_one_in_seconds(
    key: str, value: object, meant: str
) -> None:
    assert key_meant(key, value, KNOWN) == meant


def test_an_unknown_key_is_told_the_known_ones_and_the_nearest() -> None:
    message, meant = key_complaint("shard", 1, KNOWN)
    assert message == "unknown key; known here: duration_s, share, start_s"
    assert meant == "share"
