import math

from experiments.judging.logged import conclusion_of
from experiments.judging.verdict import Finding, Judgement, Ruling, Verdict
from telemetry.logs.fact import Severity


def finding(ruling: Ruling, observed: float | None) -> Finding:
    return Finding(
        gate="failover_time <= 5 s",
        verdict=ruling,
        observed=observed,
        limit=5.0,
        samples=9,
        reason="why",
    )


def test_a_log_ends_with_the_gates_and_the_verdict() -> None:
    judgement = Judgement(
        verdict=Verdict.INCONCLUSIVE,
        exit_code=4,
        invalid=("3 rows were lost",),
        findings=(
            finding(Ruling.PASS, 0.3),
            finding(Ruling.FAIL, math.inf),
            finding(Ruling.UNKNOWN, None),
        ),
    )
    told = list(conclusion_of(judgement, 7))
    assert [fact.message for fact in told] == [
        "this run cannot count: 3 rows were lost",
        "pass: failover_time <= 5 s: why",
        "fail: failover_time <= 5 s: why",
        "unknown: failover_time <= 5 s: why",
        "INCONCLUSIVE (exit 4)",
    ]
    assert [fact.severity for fact in told] == [
        Severity.WARN,
        Severity.INFO,
        Severity.ERROR,
        Severity.WARN,
        Severity.WARN,
    ]
    assert [fact.attributes.get("crosswind.gate.observed") for fact in told[1:4]] == [
        0.3,
        None,
        None,
    ]
    assert {fact.at_ns for fact in told} == {7}


def test_a_pass_is_news_and_a_fail_an_error() -> None:
    verdicts = {Verdict.PASS: (0, Severity.INFO), Verdict.FAIL: (3, Severity.ERROR)}
    for verdict, (code, severity) in verdicts.items():
        (fact,) = conclusion_of(Judgement(verdict=verdict, exit_code=code), 7)
        assert fact.severity is severity
        assert fact.attributes == {"crosswind.verdict": verdict.value, "crosswind.exit_code": code}
