import math

import pytest

from telemetry.exchange import Exchange
from telemetry.outcome import Outcome
from tests.telemetry.synthetic import attempt, evidence, exchange, measured

NAME = "token_gap_penalty"


def exchanges(first_number: int, start: float, *values: float) -> list[Exchange]:
    """One exchange per value, 0.1 s apart: its token gap."""
    times = [(start + i / 10, value) for i, value in enumerate(values)]
    return [
        exchange(first_number + i, t, attempt("azure", t, gap=value))
        for i, (t, value) in enumerate(times)
    ]


def test_it_is_the_percentile_less_that_of_the_baseline() -> None:
    seen = evidence([*exchanges(0, 6, 0.5, 0.5, 1.5), *exchanges(10, 21, 0.75, 1.0, 2.5, 2.0)])
    penalty = {p: measured(NAME, seen, phase="fault", statistic=p).value for p in ("p50", "p95")}
    assert penalty == {"p50": pytest.approx(0.5), "p95": pytest.approx(1.0)}
    assert measured(NAME, seen, phase="fault").samples == 3


def test_a_failed_exchange_is_infinitely_worse() -> None:
    failed = exchange(10, 21.0, attempt("azure", 21.0, outcome=Outcome.STALLED))
    seen = evidence([*exchanges(0, 6, 0.5), failed])
    assert measured(NAME, seen, phase="fault").value == math.inf


def test_a_failing_baseline_or_none_makes_it_unknown() -> None:
    failed = exchange(10, 6.0, attempt("azure", 6.0, outcome=Outcome.STALLED))
    seen = evidence([failed, *exchanges(0, 21, 0.5)])
    assert measured(NAME, seen, phase="fault").value is None
    assert measured(NAME, evidence(exchanges(0, 21, 0.5)), phase="fault").value is None
    assert measured(NAME, evidence(exchanges(0, 6, 0.5)), phase="fault").value is None
