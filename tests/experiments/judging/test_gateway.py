"""A gateway that dies of the rehearsal has failed it; one that dies before says nothing."""

from experiments.judging.gateway import died_too_early, gateway_findings
from experiments.judging.judge import judge
from experiments.judging.verdict import Ruling, Verdict
from telemetry.record import EventFact
from tests.experiments.scenario import experiment, record
from tests.telemetry.synthetic import at, evidence, steady

ALL = steady(0, 60)


def death(at_s: float) -> EventFact:
    facts: dict[str, str | int | float | bool | None] = {
        "exit_code": "137",
        "last_lines": "starting\nout of memory",
    }
    return EventFact(
        spool="conductor-0", name="gateway_died", at_ns=at(at_s), subject="gateway", facts=facts
    )


def test_after_the_baseline_it_is_a_failure_that_says_its_last_word() -> None:
    whole = record(ALL, extra=[death(25.0)])
    (finding,) = gateway_findings(whole, evidence(ALL))
    assert (finding.gate, finding.verdict) == ("gateway_died", Ruling.FAIL)
    assert "137" in finding.reason
    assert finding.reason.endswith("out of memory")
    assert died_too_early(whole, evidence(ALL)) is None


def test_before_the_baseline_was_complete_it_is_no_verdict_on_anything() -> None:
    whole = record(ALL, extra=[death(3.0)])
    assert gateway_findings(whole, evidence(ALL)) == ()
    assert "before the baseline was complete" in (died_too_early(whole, evidence(ALL)) or "")


def test_it_fails_a_run_whose_gates_all_hold() -> None:
    alive = judge(record(ALL), experiment("user_errors (fault) <= 100 %"), run="r")
    dead = judge(
        record(ALL, extra=[death(25.0)]),
        experiment("user_errors (fault) <= 100 %"),
        run="r",
    )
    assert "gateway_died" not in {finding.gate for finding in alive.findings}
    assert "gateway_died" in {finding.gate for finding in dead.findings}
    assert dead.verdict in {Verdict.FAIL, Verdict.INCONCLUSIVE}
