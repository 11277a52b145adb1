import pytest

from telemetry.exchange import Exchange
from tests.telemetry.synthetic import (
    attempt,
    evidence,
    exchange,
    measured,
    refused,
    window,
)

NAME = "secondary_queueing"


def waiting(number: int, planned: float, first: float) -> Exchange:
    return exchange(number, planned, attempt("vertex", planned, first=planned + first))


def test_it_is_how_much_longer_the_fallback_lets_wait() -> None:
    before = [waiting(i, 6 + i, 0.25) for i in range(3)]
    during = [waiting(10 + i, 21 + i, 0.75) for i in range(2)]
    seen = evidence([*before, *during], window())
    figure = measured(NAME, seen, window=seen.windows[0])
    assert figure.value == pytest.approx(0.5)
    assert figure.samples == 2


def test_waiting_that_our_fault_caused_does_not_count() -> None:
    seen = evidence(
        [waiting(0, 6, 0.25), exchange(1, 21.0, refused("vertex", 21.0, fault="slow"))], window()
    )
    assert measured(NAME, seen, window=seen.windows[0]).value is None


def test_a_fallback_unused_before_has_nothing_to_compare_with() -> None:
    seen = evidence([waiting(0, 21, 0.75)], window())
    figure = measured(NAME, seen, window=seen.windows[0])
    assert (figure.value, figure.reason) == (None, "the fallback answered nothing in the baseline")
    assert measured(NAME, seen, phase="fault").value is None
