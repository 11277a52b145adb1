import math

import pytest

from telemetry.collecting.limits import Limits
from telemetry.collecting.refusal import RefusedError
from telemetry.collecting.values import CUT, encoded, kept, number, text, whole_number

SHORT = Limits(text_chars=10, attributes=2)


def test_a_long_text_is_cut_where_a_word_ends() -> None:
    assert text("0123456789", SHORT) == "0123456789"
    assert text("my key is sk-0123", SHORT) == f"my key is {CUT}"
    assert text("sk-0123456789", SHORT) == CUT


def test_only_the_first_attributes_are_looked_at() -> None:
    pairs = iter([("a", 1), ("b", 2), ("c", 3)])
    assert kept(pairs, SHORT) == {"a": 1, "b": 2}
    assert next(pairs) == ("c", 3)


def test_numbers_that_json_cannot_say_become_their_names() -> None:
    assert [number(n) for n in (1.5, math.inf, -math.inf, math.nan)] == [
        1.5,
        "Infinity",
        "-Infinity",
        "NaN",
    ]


def test_integers_come_as_numbers_or_digits_and_fit_64_bits() -> None:
    assert whole_number("-9223372036854775808") == -(2**63)
    assert whole_number(2**64 - 1, bits=64) == 2**64 - 1
    for wrong in ("", "1.5", "x", str(2**63), "9" * 5000):
        with pytest.raises(RefusedError):
            whole_number(wrong)
    with pytest.raises(RefusedError):
        whole_number(-1, bits=64)


def test_bytes_become_text() -> None:
    assert encoded(b"\x00\xff", SHORT) == "AP8="
