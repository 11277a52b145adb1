from telemetry.outcome import Outcome
from tests.telemetry.synthetic import attempt, evidence, exchange, measured, touch

NAME = "wasted_tokens"


def test_all_of_an_attempt_that_did_not_become_the_answer_is_wasted() -> None:
    cut = attempt("azure", 21, first=21.1, tokens=9, tokens_up=11, outcome=Outcome.RESET_MID_STREAM)
    moved = exchange(0, 21.0, cut, attempt("vertex", 22.0, tokens=12, usage=20))
    seen = evidence([moved, exchange(1, 23.0)])
    figure = measured(NAME, seen, phase="fault")
    assert (figure.value, figure.samples, figure.worst) == (11.0, 2, (moved.trace_id,))
    assert "lower bound" in figure.reason


def test_what_our_fault_wasted_is_kept_apart() -> None:
    held = attempt(
        "azure", 21, tokens_up=11, outcome=Outcome.STALLED, touches=[touch("outage", 21.0)]
    )
    seen = evidence([exchange(0, 21.0, held, attempt("vertex", 22.0))])
    assert measured(NAME, seen, phase="fault").value == 0.0


def test_an_exchange_that_failed_wasted_all_it_had() -> None:
    cut = attempt("azure", 21, first=21.1, tokens=9, outcome=Outcome.TRUNCATED)
    assert measured(NAME, evidence([exchange(0, 21.0, cut)]), phase="fault").value == 9.0


def test_nothing_to_measure_is_unknown() -> None:
    assert measured(NAME, evidence([]), phase="fault").value is None
