from telemetry.outcome import Outcome
from tests.telemetry.synthetic import attempt, evidence, exchange, measured, touch

NAME = "injected_waste"


def test_it_is_what_attempts_that_were_touched_generated_in_vain() -> None:
    held = attempt(
        "azure", 21, tokens_up=11, outcome=Outcome.STALLED, touches=[touch("outage", 21.0)]
    )
    cut = attempt("vertex", 22, first=22.1, tokens=3, outcome=Outcome.RESET_MID_STREAM)
    seen = evidence([exchange(0, 21.0, held, cut, attempt("vertex", 23.0))])
    assert measured(NAME, seen, phase="fault").value == 11.0
    assert measured("wasted_tokens", seen, phase="fault").value == 3.0


def test_a_touched_attempt_that_answered_wasted_nothing() -> None:
    slow = attempt("azure", 21, tokens=4, touches=[touch("outage", 21.0)])
    assert measured(NAME, evidence([exchange(0, 21.0, slow)]), phase="fault").value == 0.0
