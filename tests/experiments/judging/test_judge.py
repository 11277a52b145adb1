import json
import math
import random

import pytest
from msgspec.structs import replace

from experiments.judging.judge import evidence_of, judge, judgement_json, read_judgement
from experiments.judging.verdict import Finding, Judgement, Ruling, Verdict
from experiments.model import Experiment, Fault, Replayed
from telemetry.exchange import Exchange
from telemetry.outcome import Outcome
from telemetry.record import FaultFact, Record
from tests.experiments.scenario import (
    OUTAGE,
    experiment,
    record,
    untouched,
    with_breaker,
    with_spool,
    without_breaker,
    without_fallback,
)
from tests.telemetry.synthetic import (
    at,
    attempt,
    event,
    exchange,
    failed_over,
    renumbered,
    steady,
    window_events,
)


def judged(seen: Record, of: Experiment | None = None) -> Judgement:
    return judge(seen, of or experiment(), run="20260101T000000Z-azure-outage-0badcafe")


def said(judgement: Judgement, metric: str) -> Finding:
    return next(f for f in judgement.findings if f.gate.startswith(metric))


def test_a_clean_failover_passes() -> None:
    found = judged(record(with_breaker()))
    assert (found.verdict, found.exit_code, found.invalid) == (Verdict.PASS, 0, ())
    assert {f.verdict for f in found.findings} == {Ruling.PASS}
    assert [f.gate for f in found.findings] == list(experiment().gates)
    assert (found.title, found.run) == ("Azure goes down", "20260101T000000Z-azure-outage-0badcafe")


def test_without_a_breaker_it_never_fails_over_and_says_so() -> None:
    found = judged(record(without_breaker()))
    assert (found.verdict, found.exit_code) == (Verdict.FAIL, 3)
    failed = [f for f in found.findings if f.verdict is Ruling.FAIL]
    assert [f.gate for f in failed] == ["failover_time <= 5 s"]
    assert failed[0].observed == math.inf
    assert failed[0].reason == (
        "every exchange planned in the window still tried azure first: 400 of 400"
    )
    assert len(failed[0].worst) == 5


def test_without_a_fallback_users_notice() -> None:
    found = judged(record(without_fallback()))
    assert found.verdict is Verdict.FAIL
    assert said(found, "user_errors").reason == "400 of 420 exchanges failed: server error 400"


def test_a_fault_that_reached_nobody_is_no_pass() -> None:
    found = judged(record(untouched()))
    assert (found.verdict, found.exit_code) == (Verdict.INCONCLUSIVE, 4)
    assert found.invalid == ("no exchange was touched by outage: the fault reached nobody",)


def test_share_zero_is_no_pass_even_for_gates_that_hold() -> None:
    calm = experiment("user_errors (fault) <= 1 %", faults=(replace(OUTAGE, share=0.0),))
    found = judged(record(untouched(), share=0.0), calm)
    assert (found.verdict, found.exit_code) == (Verdict.INCONCLUSIVE, 4)
    assert said(found, "user_errors").verdict is Ruling.PASS
    assert found.invalid[0].startswith("every fault has share 0")


def test_an_unhealthy_baseline_is_inconclusive_and_still_lists_its_gates() -> None:
    made = with_breaker()
    for index in range(110, 370, 20):
        bad = tuple(replace(a, outcome=Outcome.SERVER_ERROR) for a in made[index].attempts)
        made[index] = replace(made[index], outcome=Outcome.SERVER_ERROR, attempts=bad)
    found = judged(record(made))
    assert (found.verdict, found.exit_code) == (Verdict.INCONCLUSIVE, 4)
    assert "the baseline was unhealthy" in found.invalid[0]
    assert len(found.findings) == len(experiment().gates)


@pytest.mark.parametrize(
    "seen",
    [
        with_spool(record(with_breaker()), "worker", lost=1),
        with_spool(record(with_breaker()), "worker", ended=False),
        record(with_breaker(), without=["run_end"]),
    ],
)
def test_lost_rows_or_no_end_record_are_inconclusive_though_every_gate_holds(seen: Record) -> None:
    found = judged(seen)
    assert (found.verdict, found.exit_code) == (Verdict.INCONCLUSIVE, 4)
    assert {f.verdict for f in found.findings} == {Ruling.PASS}


def test_a_failed_gate_of_an_invalid_run_is_listed_and_does_not_decide() -> None:
    found = judged(with_spool(record(without_breaker()), "worker", lost=1))
    assert (found.verdict, found.exit_code) == (Verdict.INCONCLUSIVE, 4)
    assert said(found, "failover_time").verdict is Ruling.FAIL


def test_an_aborted_run_is_aborted_whatever_else_it_is() -> None:
    seen = record(without_breaker()[:500], planned=1200, aborted="interrupted in the fault phase")
    found = judged(seen)
    assert (found.verdict, found.exit_code) == (Verdict.ABORTED, 5)
    assert found.aborted == "interrupted in the fault phase"
    assert found.findings


def test_faults_that_could_not_be_removed_outrank_everything() -> None:
    found = judged(record(with_breaker(), faults_left=2, aborted="interrupted"))
    assert (found.verdict, found.exit_code) == (Verdict.ABORTED, 6)
    assert found.invalid[0] == "2 faults could not be removed"
    assert judged(record(with_breaker(), faults_left=1)).verdict is Verdict.INCONCLUSIVE


def test_no_gates_are_no_pass() -> None:
    found = judged(record(with_breaker()), replace(experiment(), gates=()))
    assert (found.verdict, found.exit_code) == (Verdict.INCONCLUSIVE, 4)


def test_one_unknown_gate_is_enough_to_be_inconclusive() -> None:
    found = judged(record(with_breaker()), experiment(*experiment().gates, "nonsense <= 5 s"))
    assert (found.verdict, found.exit_code, found.invalid) == (Verdict.INCONCLUSIVE, 4, ())


def test_changing_one_attempt_row_changes_the_figure_by_exactly_that_row() -> None:
    made = with_breaker()
    before = judged(record(made)).metrics["amplification"]["outage"]
    index = next(i for i, e in enumerate(made) if e.planned_ns == at(25.05))
    one = made[index]
    made[index] = replace(one, attempts=(*failed_over(0, 25.05).attempts[:1], *one.attempts))
    after = judged(record(made)).metrics["amplification"]["outage"]
    assert before["value"] == 415 / 400
    assert after["value"] == 416 / 400


def test_changing_the_rows_that_a_gate_rests_on_flips_it() -> None:
    made = without_breaker()
    assert said(judged(record(made)), "failover_time").verdict is Ruling.FAIL
    mended = [
        exchange(e.number, (e.planned_ns - at(0)) / 1e9, e.attempts[-1])
        if at(21) <= e.planned_ns < at(40)
        else e
        for e in made
    ]
    assert said(judged(record(mended)), "failover_time").verdict is Ruling.PASS


def test_a_success_without_a_finish_reason_is_none_whatever_the_client_believed() -> None:
    made = with_breaker()
    for index in range(410, 430):
        cut = tuple(replace(a, finish_reason=None) for a in made[index].attempts)
        made[index] = replace(made[index], attempts=cut)
    found = judged(record(made))
    assert found.verdict is Verdict.FAIL
    assert said(found, "silent_failures").verdict is Ruling.FAIL
    assert said(found, "user_errors").reason == "20 of 420 exchanges failed: truncated 20"


def test_two_faults_are_two_windows_with_an_attestation_each() -> None:
    spare = Fault(id="spare", at=("vertex",), inject={"blackhole": {}}, duration_s=5.0)
    extra = window_events("spare", 45.0, 50.0, endpoints="vertex")
    found = judged(record(with_breaker(), extra=extra), experiment(faults=(OUTAGE, spare)))
    assert [w["name"] for w in found.windows] == ["outage", "spare"]
    assert found.attestation == {
        "outage": {"attempts": 15, "exchanges": 15, "inferred": 0},
        "spare": {"attempts": 0, "exchanges": 0, "inferred": 0},
    }
    assert found.exit_code == 4


def test_the_windows_times_count_from_the_runs_start() -> None:
    (one,) = judged(record(with_breaker())).windows
    assert (one["start_s"], one["end_s"], one["first_hit_s"]) == (20.0, 40.0, 20.0)


def test_the_generator_is_told_with_its_lateness() -> None:
    late = [
        replace(e, dispatched_ns=e.planned_ns + 10_000_000 * (e.number % 2)) for e in with_breaker()
    ]
    busy = event("generator", 30.0, cpu_share=0.4, hub_lag_max_s=0.02)
    found = judged(record(late, extra=[busy], planned=1201)).generator
    assert found == {
        "planned": 1201,
        "sent": 1200,
        "sent_share": 1200 / 1201,
        "lateness_p50_s": 0.0,
        "lateness_p99_s": 0.01,
        "cpu_share_max": 0.4,
        "hub_lag_max_s": 0.02,
    }


def test_rows_and_notes_are_told() -> None:
    seen = record([*with_breaker(), exchange(1200, 59.9, attempt("azure", 59.9), ended=False)])
    stranger = FaultFact(
        spool="injector-0", fault="outage", hop=9, endpoint="azure", action="answered", at_ns=at(21)
    )
    found = judged(replace(seen, faults=(stranger,)))
    assert found.spans == {"rows": 300, "lost": 0, "unended": [], "joined_share": 1.0}
    assert found.notes == (
        "canaries, left out of every count: azure 200, vertex 200",
        "faults touched 1 requests that were not this run's",
        "1 exchanges had not ended when the drain was over; they count as failed",
    )


def test_what_a_replay_cannot_show_is_told_first() -> None:
    replay = Replayed(id="one", speed=60, notes=("too short to observe: rising",))
    found = judged(record(with_breaker()), replace(experiment(), incident=replay))
    assert found.notes[0] == "too short to observe: rising"


def test_attempts_that_a_fault_for_everybody_spared_are_told() -> None:
    made = with_breaker()
    quiet = [replace(a, touches=()) for a in made[500].attempts]
    made[500] = replace(made[500], attempts=tuple(quiet))
    told = "window outage: the fault spared 1 of 13 attempts at azure"
    assert judged(record(made)).notes[1:] == (told,)
    assert judged(record(made, share=0.5)).notes[1:] == ()


def test_the_order_of_the_rows_changes_nothing() -> None:
    seen = record(without_breaker())
    shuffled = list(seen.exchanges)
    random.Random(7).shuffle(shuffled)
    assert judged(replace(seen, exchanges=tuple(shuffled))) == judged(seen)


@pytest.mark.parametrize("made", [with_breaker, without_breaker])
def test_the_json_has_no_bare_infinity_and_reads_back(made: object) -> None:
    assert callable(made)
    found = judged(record(made()))
    data = judgement_json(found)
    told = json.loads(data)
    assert (told["verdict"], told["exit_code"]) == (found.verdict.value, found.exit_code)
    assert read_judgement(data).findings == found.findings
    assert read_judgement(data).verdict is found.verdict
    assert b"Infinity" not in data


def test_infinity_is_written_as_a_word() -> None:
    told = json.loads(judgement_json(judged(record(without_breaker()))))
    assert told["findings"][0]["observed"] == "inf"
    assert told["metrics"]["failover_time"]["outage"]["value"] == "inf"


def test_a_hollow_record_is_judged_too() -> None:
    hollow = replace(record([]), events=(), spools=(), other_hops=(), other_traces=())
    found = judged(hollow)
    assert (found.verdict, found.exit_code) == (Verdict.INCONCLUSIVE, 4)
    assert evidence_of(hollow, experiment()).exchanges == ()


def long_run() -> list[Exchange]:
    """10,000 exchanges in a minute; every fiftieth still tries azure."""
    every = 0.006
    times = [20 + i * every for i in range(round(20 / every))]
    outage = [
        failed_over(i, t) if i < 40 or i % 50 == 0 else exchange(i, t, attempt("vertex", t))
        for i, t in enumerate(times)
    ]
    return renumbered([*steady(0, 20, every=every), *outage, *steady(40, 60, every=every)])


def test_ten_thousand_exchanges_are_judged() -> None:
    seen = record(long_run())
    assert len(seen.exchanges) == 9999
    assert judged(seen).verdict is Verdict.PASS
