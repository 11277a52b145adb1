import math

from telemetry.outcome import Outcome
from tests.telemetry.synthetic import attempt, evidence, exchange, measured


def test_it_is_the_largest_gap_of_the_answer() -> None:
    moved = exchange(
        0,
        21.0,
        attempt("azure", 21.0, outcome=Outcome.STALLED, gap=2.0),
        attempt("vertex", 23.0, gap=0.25),
    )
    assert measured("token_gap", evidence([moved]), phase="fault").value == 0.25


def test_a_failure_is_infinite_and_an_answer_in_one_piece_does_not_count() -> None:
    whole = exchange(0, 21.0)
    failed = exchange(1, 22.0, attempt("azure", 22.0, outcome=Outcome.STALLED, gap=0.1))
    assert measured("token_gap", evidence([whole]), phase="fault").value is None
    both = measured("token_gap", evidence([whole, failed]), phase="fault")
    assert (both.value, both.samples) == (math.inf, 1)
