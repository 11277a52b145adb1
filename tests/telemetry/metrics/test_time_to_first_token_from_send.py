import math

import pytest

from telemetry.outcome import Outcome
from tests.telemetry.synthetic import attempt, evidence, exchange, measured

NAME = "time_to_first_token_from_send"


def test_the_generators_lateness_is_left_out() -> None:
    late = exchange(0, 21.0, attempt("azure", 21.3, first=21.5), late=0.3)
    assert measured(NAME, evidence([late]), phase="fault").value == pytest.approx(0.2, abs=1e-9)


def test_a_failure_is_infinite() -> None:
    failed = exchange(0, 21.0, attempt("azure", 21.0, outcome=Outcome.STALLED), late=0.1)
    assert measured(NAME, evidence([failed]), phase="fault").value == math.inf
