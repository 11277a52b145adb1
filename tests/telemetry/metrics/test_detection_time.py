import math

import pytest

from tests.telemetry.synthetic import (
    attempt,
    evidence,
    exchange,
    failed_over,
    measured,
    refused,
    window,
)


def test_it_counts_from_the_first_hit_to_the_first_attempt_elsewhere() -> None:
    first = exchange(0, 20.0, refused("azure", 20.5), attempt("vertex", 22.5))
    second = failed_over(1, 21.0, took=0.5)
    seen = evidence([first, second], window(first_hit=20.5))
    figure = measured("detection_time", seen, window=seen.windows[0])
    assert (figure.value, figure.samples) == (1.0, 2)


def test_an_exchange_that_was_not_hit_detects_nothing() -> None:
    elsewhere = exchange(0, 20.6, attempt("vertex", 20.6))
    seen = evidence([elsewhere, failed_over(1, 21.0, took=0.5)], window(first_hit=21.0))
    assert measured("detection_time", seen, window=seen.windows[0]).value == 0.5


def test_an_attempt_elsewhere_before_the_hit_detects_nothing() -> None:
    back = exchange(0, 20.0, attempt("vertex", 20.0), refused("azure", 21.0))
    seen = evidence([back], window(first_hit=21.0))
    assert measured("detection_time", seen, window=seen.windows[0]).value == math.inf


def test_another_endpoint_of_the_window_is_not_elsewhere() -> None:
    near = exchange(0, 20.0, refused("azure", 20.0), attempt("west", 20.5), attempt("vertex", 21))
    seen = evidence([near], window(endpoints=("azure", "west")))
    assert measured("detection_time", seen, window=seen.windows[0]).value == 1.0


def test_never_is_infinite_as_far_as_the_run_was_watched() -> None:
    seen = evidence([exchange(0, 21.0, refused("azure", 21.0))], window(first_hit=21.0))
    figure = measured("detection_time", seen, window=seen.windows[0])
    assert figure.value == math.inf
    assert figure.observed_s == pytest.approx(41.0)


def test_without_a_hit_or_a_window_it_is_unknown() -> None:
    seen = evidence([exchange(0, 21.0)], window(first_hit=None))
    assert measured("detection_time", seen, window=seen.windows[0]).value is None
    assert measured("detection_time", seen, phase="fault").value is None
