from telemetry.outcome import Outcome
from tests.telemetry.synthetic import attempt, evidence, exchange, measured


def test_only_the_answers_tokens_were_delivered() -> None:
    cut = attempt("azure", 21, 22, first=21.1, tokens=9, outcome=Outcome.RESET_MID_STREAM)
    moved = exchange(0, 21.0, cut, attempt("vertex", 22.0, tokens=12))
    assert measured("tokens", evidence([moved]), phase="fault").value == 12


def test_an_exchange_that_failed_delivered_nothing() -> None:
    cut = attempt("azure", 21, 22, first=21.1, tokens=9, outcome=Outcome.RESET_MID_STREAM)
    seen = evidence([exchange(0, 21.0, cut), exchange(1, 22.0)])
    assert measured("tokens", seen, phase="fault", statistic="min").value == 0
    assert measured("tokens", seen, phase="fault", statistic="max").value == 4
