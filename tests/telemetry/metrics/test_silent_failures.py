from telemetry.outcome import Outcome
from tests.telemetry.synthetic import attempt, evidence, exchange, measured


def test_it_is_the_share_that_the_client_took_for_a_success() -> None:
    cut = attempt("azure", 21.0, outcome=Outcome.INCOMPLETE)
    silent = exchange(0, 21.0, cut, believed_ok=True)
    loud = exchange(1, 21.0, cut, believed_ok=False)
    seen = evidence([silent, loud, exchange(2, 22.0), exchange(3, 23.0)])
    figure = measured("silent_failures", seen, phase="fault")
    assert (figure.value, figure.worst) == (25.0, (silent.trace_id,))
    assert measured("user_errors", seen, phase="fault").value == 50.0


def test_no_exchange_is_no_share() -> None:
    assert measured("silent_failures", evidence([]), phase="fault").value is None
