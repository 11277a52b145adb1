import math

from telemetry.outcome import Outcome
from tests.telemetry.synthetic import attempt, evidence, exchange, failed_over, measured, window


def test_it_counts_from_the_planned_start_to_the_answers_first_token() -> None:
    late = exchange(0, 21.0, attempt("azure", 21.3, first=21.5), late=0.3)
    assert measured("time_to_first_token", evidence([late]), phase="fault").value == 0.5


def test_a_token_of_an_attempt_that_failed_is_not_the_answers() -> None:
    cut = attempt("azure", 21.0, 21.4, first=21.1, outcome=Outcome.RESET_MID_STREAM)
    moved = exchange(0, 21.0, cut, attempt("vertex", 21.4, first=21.9))
    assert measured("time_to_first_token", evidence([moved]), phase="fault").value == 0.9


def test_a_failure_is_infinite_and_among_the_worst() -> None:
    failed = exchange(7, 21.0, attempt("azure", 21.0, outcome=Outcome.SERVER_ERROR))
    figure = measured("time_to_first_token", evidence([exchange(1, 22.0), failed]), phase="fault")
    assert figure.value == math.inf
    assert figure.samples == 2
    assert figure.worst[0] == failed.trace_id


def test_one_attempt_later_changes_the_p95_of_twenty_by_exactly_that() -> None:
    exchanges = [failed_over(i, 21 + i / 10, took=i / 100) for i in range(20)]
    whole = measured("time_to_first_token", evidence(exchanges), phase="fault", statistic="p95")
    assert whole.value == 0.38
    changed = [*exchanges[:18], failed_over(18, 22.8, took=0.5), exchanges[19]]
    moved = measured("time_to_first_token", evidence(changed), phase="fault", statistic="p95")
    assert moved.value == 0.39


def test_a_window_takes_every_exchange_that_reaches_into_it() -> None:
    exchanges = [exchange(0, 19.5), exchange(1, 18.0), exchange(2, 39.9), exchange(3, 40.0)]
    seen = evidence(exchanges, window())
    assert measured("time_to_first_token", seen, window=seen.windows[0]).samples == 2
