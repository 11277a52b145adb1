import math

from telemetry.outcome import Outcome
from tests.telemetry.synthetic import attempt, evidence, exchange, measured

NAME = "total_time_from_send"


def test_the_generators_lateness_is_left_out() -> None:
    late = exchange(0, 21.0, attempt("azure", 21.5, 24.0), late=0.5)
    assert measured(NAME, evidence([late]), phase="fault").value == 2.5


def test_a_failure_is_infinite() -> None:
    failed = exchange(0, 21.0, attempt("azure", 21.0, outcome=Outcome.STALLED), late=0.1)
    assert measured(NAME, evidence([failed]), phase="fault").value == math.inf
