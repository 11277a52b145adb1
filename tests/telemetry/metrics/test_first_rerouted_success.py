import math

from telemetry.outcome import Outcome
from tests.telemetry.synthetic import (
    attempt,
    evidence,
    exchange,
    failed_over,
    measured,
    refused,
    window,
)

NAME = "first_rerouted_success"


def test_it_counts_from_the_first_hit_to_the_first_token_elsewhere() -> None:
    seen = evidence(
        [failed_over(0, 20.0, took=2.0), failed_over(1, 21.0, took=0.25)], window(first_hit=20.0)
    )
    assert measured(NAME, seen, window=seen.windows[0]).value == 1.45


def test_a_token_of_an_exchange_that_failed_is_no_success() -> None:
    cut = attempt("vertex", 20.5, 21.0, first=20.6, outcome=Outcome.RESET_MID_STREAM)
    seen = evidence([exchange(0, 20.0, refused("azure", 20.0), cut)], window())
    assert measured(NAME, seen, window=seen.windows[0]).value == math.inf


def test_a_success_at_the_endpoint_at_fault_is_not_rerouted() -> None:
    again = exchange(0, 20.0, refused("azure", 20.0), attempt("azure", 20.5))
    seen = evidence([again], window())
    assert measured(NAME, seen, window=seen.windows[0]).value == math.inf


def test_without_a_hit_or_a_window_it_is_unknown() -> None:
    seen = evidence([exchange(0, 21.0)], window(first_hit=None))
    assert measured(NAME, seen, window=seen.windows[0]).value is None
    assert measured(NAME, seen).value is None
