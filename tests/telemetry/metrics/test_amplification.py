import pytest

from tests.telemetry.synthetic import (
    attempt,
    evidence,
    exchange,
    failed_over,
    measured,
    window,
)

NAME = "amplification"


def test_it_is_attempts_per_exchange_planned_in_the_window() -> None:
    exchanges = [failed_over(0, 19.9), failed_over(1, 20.0), exchange(2, 39.0), exchange(3, 40.0)]
    seen = evidence(exchanges, window())
    figure = measured(NAME, seen, window=seen.windows[0])
    assert (figure.value, figure.samples) == (1.5, 2)
    assert figure.reason == "3 attempts for 2 exchanges"
    assert figure.worst[0] == exchanges[1].trace_id


def test_endpoints_add_up_to_the_whole() -> None:
    exchanges = [failed_over(0, 20.0), exchange(1, 21.0, attempt("vertex", 21.0)), exchange(2, 22)]
    seen = evidence(exchanges, window())
    one, other = (
        measured(NAME, seen, window=seen.windows[0], endpoint=name).value
        for name in ("azure", "vertex")
    )
    assert one == other == pytest.approx(2 / 3)
    assert measured(NAME, seen, window=seen.windows[0]).value == pytest.approx(4 / 3)


def test_a_phase_takes_its_own_planned_exchanges() -> None:
    seen = evidence([failed_over(0, 19.9), exchange(1, 6.0)])
    assert measured(NAME, seen, phase="baseline").value == 1.5


def test_nothing_planned_is_unknown() -> None:
    assert measured(NAME, evidence([]), phase="fault").value is None
