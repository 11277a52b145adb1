"""A judgement as a few lines for the terminal."""

import math

import pytest

from experiments.judging.verdict import Finding, Judgement, Ruling, Verdict
from experiments.summary import finding_rows, observed, print_judgement, remarks


def finding(gate: str, ruling: Ruling, value: float | None = 0.42, unit: str = "s") -> Finding:
    return Finding(
        gate=gate, verdict=ruling, observed=value, limit=1.0, samples=7, reason="why", unit=unit
    )


def test_failures_come_first_then_what_is_unknown() -> None:
    findings = [
        finding("a", Ruling.PASS),
        finding("b", Ruling.UNKNOWN),
        finding("c", Ruling.FAIL),
        finding("d", Ruling.PASS),
    ]
    assert [row[1] for row in finding_rows(findings)] == ["c", "b", "a", "d"]


@pytest.mark.parametrize(
    ("value", "unit", "told"),
    [
        (0.42, "s", "0.42 s"),
        (1.0, "%", "1 %"),
        (math.inf, "s", "never"),
        (math.inf, "x", "infinite"),
        (None, "s", "unknown"),
    ],
)
def test_what_was_observed_is_told_with_its_unit(value: float | None, unit: str, told: str) -> None:
    assert observed(finding("a", Ruling.PASS, value, unit)) == told


def test_what_a_run_cannot_claim_is_told() -> None:
    judgement = Judgement(
        verdict=Verdict.INCONCLUSIVE, exit_code=4, invalid=("no end",), aborted="Ctrl-C",
        notes=("late",),
    )  # fmt: skip
    assert list(remarks(judgement)) == ["invalid: no end", "aborted: Ctrl-C", "note: late"]


def test_the_verdict_is_the_last_line(capsys: pytest.CaptureFixture[str]) -> None:
    print_judgement(
        Judgement(
            verdict=Verdict.FAIL, exit_code=3, title="An outage",
            findings=(finding("failover_time <= 5 s", Ruling.FAIL, math.inf),),
        )
    )  # fmt: skip
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1] == "FAIL (exit 3)  An outage"
    assert any("failover_time <= 5 s" in line and "never" in line for line in lines)
