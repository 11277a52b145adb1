from telemetry.outcome import Outcome
from tests.telemetry.synthetic import (
    attempt,
    evidence,
    exchange,
    measured,
    refused,
    window,
)

NAME = "secondary_overload"


def test_it_is_the_fallbacks_own_429_and_5xx() -> None:
    limited = attempt("vertex", 21.1, outcome=Outcome.RATE_LIMITED, status=429)
    broken = attempt("vertex", 21.2, outcome=Outcome.SERVER_ERROR, status=500)
    late = attempt("vertex", 21.3, outcome=Outcome.FIRST_TOKEN_TIMEOUT)
    one = exchange(0, 21.0, refused("azure", 21.0), limited, broken, late, attempt("vertex", 21.4))
    seen = evidence([one], window())
    figure = measured(NAME, seen, window=seen.windows[0])
    assert (figure.value, figure.samples) == (50.0, 4)


def test_a_fault_at_the_fallback_is_not_its_overload() -> None:
    seen = evidence([exchange(0, 21.0, refused("vertex", 21.0, fault="quota"))], window())
    assert measured(NAME, seen, window=seen.windows[0]).value == 0.0


def test_one_fallback_can_be_looked_at() -> None:
    limited = attempt("west", 21.1, outcome=Outcome.RATE_LIMITED)
    seen = evidence([exchange(0, 21.0, limited, attempt("vertex", 21.2))], window())
    one = seen.windows[0]
    assert measured(NAME, seen, window=one, endpoint="west").value == 100.0
    assert measured(NAME, seen, window=one, endpoint="vertex").value == 0.0


def test_without_an_attempt_there_or_a_window_it_is_unknown() -> None:
    seen = evidence([exchange(0, 21.0)], window())
    assert measured(NAME, seen, window=seen.windows[0]).value is None
    assert measured(NAME, seen, phase="fault").value is None
