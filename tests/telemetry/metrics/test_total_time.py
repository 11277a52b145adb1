import math

from telemetry.outcome import Outcome
from tests.telemetry.synthetic import attempt, evidence, exchange, measured


def test_it_counts_from_the_planned_start_to_the_end() -> None:
    late = exchange(0, 21.0, attempt("azure", 21.5, 24.0), late=0.5)
    assert measured("total_time", evidence([late]), phase="fault").value == 3.0


def test_a_failure_however_quick_is_infinite() -> None:
    failed = exchange(0, 21.0, attempt("azure", 21.0, 21.01, outcome=Outcome.AUTH_REFUSED))
    assert measured("total_time", evidence([failed]), phase="fault").value == math.inf
