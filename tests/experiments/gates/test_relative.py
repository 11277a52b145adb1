import pytest

from experiments.gate import GateError, parse_gate
from experiments.gates.relative import Relative
from experiments.judging.ruling import rule
from experiments.judging.verdict import Ruling
from telemetry.exchange import Exchange
from telemetry.outcome import Outcome
from tests.telemetry.synthetic import attempt, evidence, exchange, steady, window

TEXT = "time_to_first_token p95 (recovery) <= 1.5 x baseline"


def answers(start: float, count: int, first: float, *, number: int = 0) -> list[Exchange]:
    times = [start + i / 10 for i in range(count)]
    return [
        exchange(number + i, t, attempt("azure", t, first=t + first)) for i, t in enumerate(times)
    ]


@pytest.mark.parametrize(
    "text", [TEXT, TEXT.replace(" x ", "*"), TEXT.replace("1.5 x b", "1.5x b")]
)
def test_the_limit_is_a_multiple_of_the_baseline(text: str) -> None:
    gate = parse_gate(text)
    assert isinstance(gate, Relative)
    assert gate.factor == 1.5


@pytest.mark.parametrize(("first", "ruling"), [(0.37, Ruling.PASS), (0.38, Ruling.FAIL)])
def test_it_compares_with_the_same_figure_of_the_baseline(first: float, ruling: Ruling) -> None:
    seen = evidence([*answers(6, 59, 0.25), *answers(41, 59, first, number=100)])
    found = rule(parse_gate(TEXT), seen)
    assert found.verdict is ruling
    assert found.limit == pytest.approx(0.375)


def test_the_side_with_fewer_samples_decides() -> None:
    seen = evidence([*answers(6, 58, 0.25), *answers(41, 100, 0.25, number=100)])
    found = rule(parse_gate(TEXT), seen)
    assert (found.verdict, found.samples) == (Ruling.UNKNOWN, 58)


def test_without_a_healthy_baseline_there_is_no_limit() -> None:
    failing = [
        exchange(i, 6 + i / 10, attempt("azure", 6 + i / 10, outcome=Outcome.STALLED))
        for i in range(59)
    ]
    for before in ([], failing):
        seen = evidence([*before, *answers(41, 59, 0.25, number=100)])
        found = rule(parse_gate(TEXT), seen)
        assert found.verdict is Ruling.UNKNOWN
        assert "baseline" in found.reason


def test_a_share_is_compared_too() -> None:
    seen = evidence([*steady(5, 20, every=0.04), *steady(20, 40, every=0.05)], window())
    found = rule(parse_gate("user_errors (fault) <= 2 x baseline"), seen)
    assert (found.verdict, found.limit) == (Ruling.PASS, 0.0)


@pytest.mark.parametrize(
    "text",
    [
        "failover_time <= 2 x baseline",
        "failover_delay <= 2 x baseline",
        "latency_penalty (fault) <= 2 x baseline",
    ],
)
def test_what_a_baseline_cannot_have_is_refused(text: str) -> None:
    with pytest.raises(GateError, match="has no baseline to compare with"):
        parse_gate(text)


def test_a_baseline_is_not_compared_with_itself() -> None:
    with pytest.raises(GateError, match="cannot be compared with itself"):
        parse_gate(TEXT.replace("recovery", "baseline"))


@pytest.mark.parametrize(
    ("text", "samples"),
    [
        (TEXT, 59),
        ("user_errors (fault) <= 2 x baseline", 299),
        ("amplification (fault) <= 2 x baseline", 1),
    ],
)
def test_it_needs_samples_on_both_sides(text: str, samples: int) -> None:
    assert parse_gate(text).required_samples == samples
