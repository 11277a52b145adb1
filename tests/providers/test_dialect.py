from typing import ClassVar

import msgspec
import pytest

from providers.dialect import Answer, Dialect, Question
from providers.limits import SLIDING_MINUTE


class Morse(Dialect, frozen=True, kw_only=True):
    """A dialect that says nothing yet."""

    name: ClassVar[str] = "morse"
    words_per_minute: int = 20


def test_parameters_are_checked_and_unknown_ones_refused() -> None:
    assert msgspec.convert({"words_per_minute": 5}, Morse).words_per_minute == 5
    for wrong in ({"words_per_minute": "five"}, {"speed": 5}):
        with pytest.raises(msgspec.ValidationError):
            msgspec.convert(wrong, Morse)


def test_what_a_dialect_does_not_say_is_missed_loudly() -> None:
    answer = Answer(response_id="x", created_s=0, prompt_tokens=1, output_tokens=1)
    with pytest.raises(NotImplementedError):
        Morse().request(Question(prompt="x", max_output_tokens=1), "", "")
    with pytest.raises(NotImplementedError):
        Morse().token(answer, "x")
    with pytest.raises(NotImplementedError):
        Morse().refusal(503)


def test_quotas_are_a_sliding_minute_unless_a_dialect_says_otherwise() -> None:
    assert Morse.quota_rules is SLIDING_MINUTE
