from telemetry.outcome import Outcome
from tests.telemetry.synthetic import attempt, evidence, exchange, measured, refused

NAME = "native_errors"


def test_an_error_of_our_making_is_none() -> None:
    native = attempt("vertex", 21.1, outcome=Outcome.RATE_LIMITED)
    both = exchange(0, 21.0, refused("azure", 21.0), native)
    seen = evidence([both, exchange(1, 22.0), exchange(2, 23.0, attempt("vertex", 23.0))])
    figure = measured(NAME, seen, phase="fault")
    assert (figure.value, figure.samples, figure.worst) == (25.0, 4, (both.trace_id,))
    assert measured(NAME, seen, phase="fault", endpoint="azure").value == 0.0
    assert measured(NAME, seen, phase="fault", endpoint="vertex").value == 50.0


def test_giving_up_on_an_attempt_is_not_the_endpoints_error() -> None:
    given_up = exchange(0, 21.0, attempt("azure", 21.0, outcome=Outcome.CANCELLED))
    assert measured(NAME, evidence([given_up]), phase="fault").value == 0.0


def test_an_endpoint_without_an_attempt_has_no_share() -> None:
    assert (
        measured(NAME, evidence([exchange(0, 21)]), phase="fault", endpoint="vertex").value is None
    )
