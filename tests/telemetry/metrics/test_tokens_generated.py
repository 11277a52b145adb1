import pytest

from telemetry.metrics.tokens_generated import generated
from telemetry.outcome import Outcome
from tests.telemetry.synthetic import attempt, evidence, exchange, measured


@pytest.mark.parametrize(
    ("tokens", "usage", "tokens_up", "expected"),
    [(4, None, None, 4), (4, 10, None, 10), (4, 10, 12, 12), (4, 2, 3, 4)],
)
def test_the_most_that_anybody_saw_was_generated(
    tokens: int, usage: int | None, tokens_up: int | None, expected: int
) -> None:
    one = attempt("azure", 21.0, tokens=tokens, usage=usage, tokens_up=tokens_up)
    assert generated(one) == expected


def test_all_attempts_add_up() -> None:
    cut = attempt("azure", 21, 22, first=21.1, tokens=9, outcome=Outcome.RESET_MID_STREAM)
    moved = exchange(0, 21.0, cut, attempt("vertex", 22.0, tokens=12, usage=13))
    assert measured("tokens_generated", evidence([moved]), phase="fault").value == 22
