import math

import pytest

from telemetry.outcome import Outcome
from tests.telemetry.synthetic import (
    attempt,
    evidence,
    exchange,
    failed_over,
    measured,
    refused,
    touch,
    window,
)


def test_it_counts_from_the_send_of_the_first_hit_to_the_answers_first_token() -> None:
    moved = exchange(
        0,
        21.0,
        refused("azure", 21.25),
        refused("azure", 21.5),
        attempt("vertex", 21.75, first=22.0),
        late=0.25,
    )
    seen = evidence([moved], window())
    assert measured("failover_delay", seen, window=seen.windows[0]).value == 0.75


def test_only_touched_exchanges_count_and_the_slowest_is_the_figure() -> None:
    exchanges = [failed_over(0, 21, took=0.1), failed_over(1, 22, took=1.0), exchange(2, 23)]
    seen = evidence(exchanges, window())
    figure = measured("failover_delay", seen, window=seen.windows[0])
    assert figure.value == pytest.approx(1.2)
    assert figure.samples == 2
    assert figure.worst == (exchanges[1].trace_id, exchanges[0].trace_id)


def test_it_is_infinite_for_one_that_never_succeeded() -> None:
    lost = exchange(
        0, 21.0, refused("azure", 21.0), attempt("vertex", 21.1, outcome=Outcome.SERVER_ERROR)
    )
    seen = evidence([failed_over(1, 22.0), lost], window())
    assert measured("failover_delay", seen, window=seen.windows[0]).value == math.inf


def test_an_answer_that_the_hit_endpoint_gave_late_counts_with_its_own_token() -> None:
    slow = attempt("azure", 21.0, 24.0, first=23.5, touches=[touch("outage", 21.0)])
    seen = evidence([exchange(0, 21.0, slow)], window())
    assert measured("failover_delay", seen, window=seen.windows[0]).value == 2.5


def test_an_error_that_is_not_ours_starts_no_clock() -> None:
    native = attempt("azure", 21.0, 21.5, outcome=Outcome.SERVER_ERROR)
    moved = exchange(0, 21.0, native, refused("azure", 21.5), attempt("vertex", 22.0, first=22.25))
    seen = evidence([moved], window())
    assert measured("failover_delay", seen, window=seen.windows[0]).value == 0.75


def test_with_nobody_touched_it_is_unknown() -> None:
    seen = evidence([exchange(0, 21.0)], window(first_hit=None))
    assert measured("failover_delay", seen, window=seen.windows[0]).value is None


def test_an_inferred_touch_marks_the_figure() -> None:
    guess = attempt(
        "azure",
        21.0,
        21.1,
        outcome=Outcome.SERVER_ERROR,
        touches=[touch("outage", 21.1, inferred=True)],
    )
    moved = exchange(0, 21.0, guess, attempt("vertex", 21.1))
    seen = evidence([moved], window())
    assert measured("failover_delay", seen, window=seen.windows[0]).inferred
    assert not measured("time_to_first_token", seen, phase="fault").inferred
