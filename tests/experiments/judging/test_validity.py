from collections.abc import Callable

import pytest
from msgspec.structs import replace

from experiments.judging import tallies
from experiments.judging.evidence import evidence_of
from experiments.judging.last_words import faults_left, planned_count
from experiments.judging.validity import reasons_against
from experiments.model import Experiment, Fault
from telemetry.exchange import Exchange
from telemetry.outcome import Outcome
from telemetry.record import Record
from tests.experiments.scenario import (
    OUTAGE,
    experiment,
    record,
    untouched,
    with_breaker,
    with_spool,
)
from tests.telemetry.synthetic import (
    at,
    attempt,
    event,
    evidence,
    exchange,
    steady,
    touch,
    window_events,
)

GOOD = record(with_breaker())


def against(seen: Record, of: Experiment | None = None) -> tuple[str, ...]:
    chosen = of or experiment()
    return reasons_against(seen, chosen, evidence_of(seen, chosen))


def baseline(change: Callable[[Exchange], Exchange], *, every: int) -> list[Exchange]:
    """The clean failover, with every so-many-th exchange of the baseline changed."""
    made = with_breaker()
    for index in range(110, 370, every):
        made[index] = change(made[index])
    return made


def test_a_run_that_never_began_says_only_why() -> None:
    lost = event("lost", 0.0, "preparation", reason="preflight failed")
    seen = record([], extra=[lost], without=("plan", "phase"))
    assert against(seen) == ("it never began: preflight failed",)


def failing(one: Exchange) -> Exchange:
    bad = tuple(replace(a, outcome=Outcome.SERVER_ERROR) for a in one.attempts)
    return replace(one, outcome=Outcome.SERVER_ERROR, attempts=bad)


def retried(one: Exchange) -> Exchange:
    bad = replace(one.attempts[0], outcome=Outcome.SERVER_ERROR)
    return replace(one, attempts=(bad, replace(one.attempts[0], ordinal=1)))


def apart(one: Exchange) -> Exchange:
    return replace(one, attempts=tuple(replace(a, hop=None) for a in one.attempts))


def test_a_complete_run_has_nothing_against_it() -> None:
    assert against(GOOD) == ()


@pytest.mark.parametrize(
    ("seen", "said"),
    [
        (record(with_breaker(), without=["run_end"]), "the run has no end record"),
        (
            record(with_breaker(), extra=[event("lost", 30.0, "worker-0", reason="exit code -9")]),
            "a process of the run was lost: worker-0: exit code -9",
        ),
        (record(with_breaker(), extra=[event("killed", 30.0)]), "the kill switch was used"),
        (
            record(with_breaker(), extra=[event("limit_reached", 30.0, "max_requests")]),
            "attempts were refused locally: max_requests was reached",
        ),
        (record(with_breaker(), without=["canary"]), "preflight: no canary of azure, vertex"),
        (replace(GOOD, other_traces=()), "preflight: no canary of azure, vertex"),
        (replace(GOOD, spools=GOOD.spools[:1]), "there are no rows of the injector, worker"),
        (with_spool(GOOD, "worker", lost=3), "rows were lost: worker-0 3"),
        (with_spool(GOOD, "injector", ended=False), "the record of injector-0 has no end"),
        (record(untouched()), "no exchange was touched by outage: the fault reached nobody"),
        (record(with_breaker(), planned=1213), "only 1200 of 1213 planned exchanges were sent"),
        (record(with_breaker(), without=["plan"]), "no record of how many exchanges were planned"),
        (record([], planned=0), "no exchange was planned"),
        (record(with_breaker()[398:]), "the baseline has 0 exchanges; 59 are needed"),
        (record(baseline(apart, every=10)), "only 1174 of 1200 exchanges joined"),
        (record(baseline(failing, every=50)), "6 of 280 exchanges failed: server error 6"),
        (record(baseline(failing, every=50)), "at azure failed without a fault of ours"),
        (record(baseline(retried, every=50)), "6 of 286 attempts at azure failed"),
    ],
)
def test_a_run_that_cannot_count_says_why(seen: Record, said: str) -> None:
    reasons = against(seen)
    assert any(said in reason for reason in reasons), reasons


def test_an_unhealthy_baseline_is_one_reason_and_not_others() -> None:
    (reason,) = against(record(baseline(retried, every=50)))
    assert reason.startswith("the baseline was unhealthy: 6 of 286")
    assert reason.endswith("at most 1 % may")


def test_the_experiment_says_how_much_a_baseline_may_fail() -> None:
    lenient = replace(experiment().baseline, max_error_share=0.05)
    seen = record(baseline(failing, every=50))
    assert against(seen, replace(experiment(), baseline=lenient)) == ()


def test_one_percent_of_anything_may_be_missing() -> None:
    assert against(record(with_breaker(), planned=1212)) == ()
    assert against(record(baseline(apart, every=25))) == ()
    assert against(record(baseline(failing, every=131))) == ()


@pytest.mark.parametrize(
    ("of", "said"),
    [
        (experiment(faults=()), "the experiment has no faults"),
        (experiment(faults=(replace(OUTAGE, share=0.0),)), "every fault has share 0"),
        (replace(experiment(), gates=()), "the experiment has no gates"),
    ],
)
def test_an_experiment_that_proves_nothing_says_so(of: Experiment, said: str) -> None:
    assert any(said in reason for reason in against(GOOD, of))


def test_a_group_that_may_miss_is_let_off_and_no_other() -> None:
    spare = Fault(id="spare", at=("vertex",), inject={"blackhole": {}}, duration_s=5.0)
    on = [e for name in ("spare", "other") for e in window_events(name, 20.0, 25.0)]
    seen = record(with_breaker(), extra=on)
    assert against(seen, experiment(faults=(OUTAGE, spare))) == (
        "no exchange was touched by spare: the fault reached nobody",
    )
    allowed = replace(spare, may_miss=True)
    assert against(seen, experiment(faults=(OUTAGE, allowed))) == ()
    half = (replace(allowed, group="g"), replace(spare, id="other", group="g"))
    assert against(seen, experiment(faults=(OUTAGE, *half))) == (
        "no exchange was touched by g: the fault reached nobody",
    )


def test_a_fault_that_was_never_on_does_not_count_even_if_it_may_miss() -> None:
    spare = Fault(
        id="spare", at=("vertex",), inject={"blackhole": {}}, duration_s=5.0, may_miss=True
    )
    assert against(GOOD, experiment(faults=(OUTAGE, spare))) == (
        "there is no record that spare was ever switched on",
    )


def test_a_fault_without_an_end_on_record_does_not_count() -> None:
    assert against(record(with_breaker(), without=["window_end"])) == (
        "there is no record that outage ended",
    )


def test_a_fault_in_the_baseline_does_not_count() -> None:
    def slowed(one: Exchange) -> Exchange:
        return replace(one, attempts=(attempt("azure", 6.0, touches=[touch("outage", 19.0)]),))

    made = with_breaker()
    made[120] = slowed(made[120])
    assert against(record(made)) == ("faults touched 1 of the baseline's exchanges",)


def test_a_canary_that_another_endpoints_proxy_saw_proves_nothing() -> None:
    (reason,) = against(replace(GOOD, other_hops=GOOD.other_hops[::-1]))
    assert reason.startswith("preflight: no canary of azure, vertex")


def test_freezing_the_faults_is_using_the_kill_switch() -> None:
    (reason,) = against(record(with_breaker(), extra=[event("frozen", 30.0)]))
    assert reason.startswith("the kill switch was used")


def test_a_record_that_cannot_be_true_does_not_count() -> None:
    (reason,) = against(replace(GOOD, orphans=1))
    assert reason.startswith("1 attempt on record")


@pytest.mark.parametrize(
    ("name", "facts", "said"),
    [
        ("window_start", {"planned_start_ns": at(18.0)}, "outage 2 s at its start"),
        ("window_end", {"planned_end_ns": at(45.0)}, "outage 5 s at its end"),
    ],
)
def test_a_fault_that_was_on_for_less_than_planned_does_not_count(
    name: str, facts: dict[str, int], said: str
) -> None:
    def with_facts(seen: Record, more: dict[str, int]) -> Record:
        events = tuple(
            replace(e, facts={**e.facts, **more}) if e.name == name else e for e in seen.events
        )
        return replace(seen, events=events)

    (reason,) = against(with_facts(GOOD, facts))
    assert said in reason
    on_time = {key: at(19.5) if "start" in key else at(40.5) for key in facts}
    assert against(with_facts(GOOD, on_time)) == ()


def test_an_end_record_must_say_that_the_faults_are_gone() -> None:
    events = tuple(
        replace(e, facts={"aborted": ""}) if e.name == "run_end" else e for e in GOOD.events
    )
    seen = replace(GOOD, events=events)
    assert faults_left(seen) is None
    assert any("does not say whether all faults" in reason for reason in against(seen))
    assert faults_left(record([], faults_left=2)) == 2


def test_workers_say_what_was_planned_where_the_conductor_does_not() -> None:
    ends = [event("generator_end", 61.0, planned=600, sent=600) for _ in range(2)]
    seen = record(with_breaker(), without=["plan"], extra=ends)
    assert planned_count(seen) == 1200
    assert against(seen) == ()


def test_sent_is_what_reached_the_client_under_test() -> None:
    shed = replace(
        exchange(1, 6.0, attempt("azure", 6.0, outcome=Outcome.SHED_BY_GENERATOR)), attempts=()
    )
    refused = replace(shed, number=2, outcome=Outcome.NO_ENDPOINT)
    assert tallies.sent(evidence([*steady(0, 0.1), shed, refused])) == 2


def test_a_refused_run_may_have_many_reasons_and_all_are_said() -> None:
    seen = with_spool(record(untouched(), without=["run_end"]), "worker", lost=1, ended=False)
    assert len(against(seen)) == 4
