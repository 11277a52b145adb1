from telemetry.outcome import Outcome
from tests.telemetry.synthetic import attempt, evidence, exchange, measured, refused, window


def test_it_is_the_share_that_did_not_succeed() -> None:
    failed = exchange(0, 21.0, refused("azure", 21.0))
    seen = evidence([failed, *(exchange(i, 20 + i) for i in range(1, 4))])
    figure = measured("user_errors", seen, phase="fault")
    assert (figure.value, figure.samples, figure.worst) == (25.0, 4, (failed.trace_id,))
    assert figure.reason == "1 of 4 exchanges failed: server error 1"


def test_one_that_never_ended_failed() -> None:
    hung = exchange(0, 21.0, attempt("azure", 21.0, outcome=Outcome.UNFINISHED), ended=False)
    assert measured("user_errors", evidence([hung]), phase="fault").value == 100.0


def test_a_request_caught_in_flight_belongs_to_the_fault_not_the_baseline() -> None:
    caught = exchange(0, 19.5, attempt("azure", 19.5, 20.5, outcome=Outcome.RESET_MID_STREAM))
    seen = evidence([caught, exchange(1, 10.0)], window())
    assert measured("user_errors", seen, phase="fault").value == 100.0
    assert measured("user_errors", seen, phase="baseline").value == 0.0
    assert measured("user_errors", seen, window=seen.windows[0]).value == 100.0


def test_no_exchange_is_no_share() -> None:
    assert measured("user_errors", evidence([]), phase="fault").value is None
