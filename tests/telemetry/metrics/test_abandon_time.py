import math

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


def test_it_counts_from_the_send_of_the_hit_to_the_start_of_the_next() -> None:
    seen = evidence([failed_over(0, 21.0, took=2.0)], window())
    assert measured("abandon_time", seen, window=seen.windows[0]).value == 2.0


def test_an_exchange_counts_with_its_longest() -> None:
    held = exchange(
        0, 21.0, refused("azure", 21.0), refused("azure", 21.5), attempt("vertex", 23.0)
    )
    seen = evidence([held], window())
    assert measured("abandon_time", seen, window=seen.windows[0]).value == 1.5


def test_giving_up_without_another_attempt_is_infinite() -> None:
    seen = evidence([exchange(0, 21.0, refused("azure", 21.0))], window())
    assert measured("abandon_time", seen, window=seen.windows[0]).value == math.inf


def test_an_attempt_that_answered_in_spite_of_the_fault_was_not_abandoned() -> None:
    slow = attempt("azure", 21.0, touches=[touch("outage", 21.0)])
    seen = evidence([exchange(0, 21.0, slow)], window())
    assert measured("abandon_time", seen, window=seen.windows[0]).value is None


def test_what_another_window_held_up_before_does_not_count() -> None:
    other = refused("vertex", 21.0, fault="spare", took=3.0)
    held = exchange(0, 21.0, other, refused("azure", 24.0), attempt("vertex", 24.5))
    seen = evidence([held], window())
    assert measured("abandon_time", seen, window=seen.windows[0]).value == 0.5


def test_holding_on_to_an_attempt_that_no_fault_touched_does_not_count() -> None:
    native = attempt("azure", 21.0, 25.0, outcome=Outcome.SERVER_ERROR)
    held = exchange(0, 21.0, native, refused("azure", 25.0), attempt("vertex", 25.5))
    seen = evidence([held], window())
    assert measured("abandon_time", seen, window=seen.windows[0]).value == 0.5
