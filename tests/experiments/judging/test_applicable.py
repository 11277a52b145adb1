from experiments.judging.applicable import told_not_applicable
from experiments.judging.judge import judge
from telemetry.record import EventFact
from tests.experiments.scenario import experiment, record, untouched, with_breaker
from tests.telemetry.synthetic import event

BR = "content-encoding br: no event can be seen"
TOLD = f"outage could not act on: 2 {BR}"


def spared(fault: str = "outage", times: int = 2) -> list[EventFact]:
    return [event("fault_not_applicable", 21.0 + n, fault, reason=BR) for n in range(times)]


def test_it_says_how_many_answers_a_fault_could_not_act_on_and_why() -> None:
    assert told_not_applicable(record(untouched(), extra=spared()), ["outage"]) == TOLD


def test_of_other_faults_there_is_nothing_to_say() -> None:
    assert told_not_applicable(record(untouched(), extra=spared("other")), ["outage"]) == ""


def test_a_fault_that_could_never_act_makes_a_run_inconclusive_for_that_reason() -> None:
    found = judge(record(untouched(), extra=spared()), experiment(), run="r")
    assert f"no exchange was touched by outage: {TOLD}" in found.invalid
    assert found.verdict == "INCONCLUSIVE"


def test_one_that_acted_elsewhere_is_a_note() -> None:
    found = judge(record(with_breaker(), extra=spared()), experiment(), run="r")
    assert found.verdict == "PASS"
    assert TOLD in found.notes
