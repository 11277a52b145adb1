from telemetry.outcome import Outcome
from tests.telemetry.synthetic import attempt, evidence, exchange, measured, refused

NAME = "duplicate_billing"


def test_each_billed_attempt_beyond_the_first_counts() -> None:
    cut = attempt("azure", 21, first=21.1, tokens=9, outcome=Outcome.RESET_MID_STREAM)
    thrice = exchange(0, 21.0, cut, cut, attempt("vertex", 22.0, usage=12))
    figure = measured(NAME, evidence([thrice, exchange(1, 23.0)]), phase="fault")
    assert (figure.value, figure.samples, figure.worst) == (2.0, 2, (thrice.trace_id,))


def test_an_attempt_that_was_refused_is_not_billed() -> None:
    moved = exchange(0, 21.0, refused("azure", 21.0), attempt("vertex", 21.1))
    assert measured(NAME, evidence([moved]), phase="fault").value == 0.0


def test_nothing_to_measure_is_unknown() -> None:
    assert measured(NAME, evidence([]), phase="fault").value is None
