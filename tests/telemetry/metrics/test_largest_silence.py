from telemetry.outcome import Outcome
from tests.telemetry.synthetic import attempt, evidence, exchange, measured

NAME = "largest_silence"


def test_waiting_for_the_first_byte_is_silence() -> None:
    slow = exchange(0, 21.0, attempt("azure", 21.0, 24.0, first=23.0, last=23.9))
    assert measured(NAME, evidence([slow]), phase="fault").value == 2.0


def test_an_attempt_without_an_answer_does_not_break_it() -> None:
    hung = attempt("azure", 21.0, 23.0, outcome=Outcome.FIRST_TOKEN_TIMEOUT)
    moved = exchange(0, 21.0, hung, attempt("vertex", 23.0, 24.0, first=23.5))
    assert measured(NAME, evidence([moved]), phase="fault").value == 2.5


def test_a_head_without_content_breaks_it() -> None:
    shown = attempt("azure", 21.0, 23.0, outcome=Outcome.FIRST_TOKEN_TIMEOUT, head=22.0)
    moved = exchange(0, 21.0, shown, attempt("vertex", 23.0, 24.0, first=23.5))
    assert measured(NAME, evidence([moved]), phase="fault").value == 1.5


def test_the_largest_gap_and_the_wait_for_the_end_count() -> None:
    gap = exchange(0, 21.0, attempt("azure", 21.0, 25.0, first=21.1, last=24.9, gap=3.0))
    assert measured(NAME, evidence([gap]), phase="fault").value == 3.0
    stalled = attempt("azure", 21.0, 25.0, first=21.5, last=22.0, outcome=Outcome.STALLED)
    held = exchange(1, 21.0, stalled)
    assert measured(NAME, evidence([held]), phase="fault").value == 3.0


def test_an_exchange_without_an_end_is_silent_until_the_run_ends() -> None:
    open_ = exchange(0, 22.0, attempt("azure", 22.0, outcome=Outcome.UNFINISHED), ended=False)
    assert measured(NAME, evidence([open_]), phase="fault").value == 40.0
