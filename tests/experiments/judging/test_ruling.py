import math

import pytest
from msgspec.structs import replace

from experiments.gate import Gate, Reading, parse_gate
from experiments.judging.ruling import rule, rule_all, unknown
from experiments.judging.verdict import Finding, Ruling
from telemetry.exchange import Evidence, Exchange
from telemetry.figure import Scope
from telemetry.outcome import Outcome
from tests.telemetry.synthetic import (
    attempt,
    evidence,
    exchange,
    failed_over,
    refused,
    renumbered,
    steady,
    window,
)


def ruled(text: str, seen: Evidence) -> Finding:
    return rule(parse_gate(text), seen)


def outage(*, end: float = 40.0, every: float = 0.25) -> list[Exchange]:
    """Nobody fails over for good: every exchange tries azure first."""
    count = round((end - 20) / every)
    return [failed_over(i, 20 + i * every) for i in range(count)]


def test_a_claim_that_holds_passes_at_its_very_limit() -> None:
    seen = evidence([failed_over(0, 20.0, took=1.8)], window())
    found = ruled("failover_delay <= 2 s", seen)
    assert (found.verdict, found.observed, found.limit, found.unit) == (Ruling.PASS, 2.0, 2.0, "s")
    assert ruled("failover_delay < 2 s", seen).verdict is Ruling.FAIL


def test_never_fails_a_limit_that_was_watched_for() -> None:
    seen = evidence(outage(), window())
    found = ruled("failover_time <= 5 s", seen)
    assert (found.verdict, found.observed, found.samples) == (Ruling.FAIL, math.inf, 80)
    assert found.reason.startswith("every exchange planned in the window still tried azure first")


def test_never_is_unknown_for_a_limit_longer_than_what_was_watched() -> None:
    seen = evidence(outage(end=28.0), window(end=28.0))
    assert ruled("failover_time <= 3 s", seen).verdict is Ruling.FAIL
    found = ruled("failover_time <= 4 s", seen)
    assert found.verdict is Ruling.UNKNOWN
    assert "less than the limit of 4 s" in found.reason


def test_never_passes_a_lower_limit_only_as_far_as_it_was_watched() -> None:
    seen = evidence(outage(end=28.0), window(end=28.0))
    assert ruled("failover_time >= 3 s", seen).verdict is Ruling.PASS
    assert ruled("failover_time >= 4 s", seen).verdict is Ruling.UNKNOWN


@pytest.mark.parametrize(
    ("count", "first", "ruling"),
    [
        (58, 0.2, Ruling.UNKNOWN),
        (58, 9.0, Ruling.UNKNOWN),
        (59, 0.2, Ruling.PASS),
        (59, 9.0, Ruling.FAIL),
    ],
)
def test_too_few_samples_neither_pass_nor_fail(count: int, first: float, ruling: Ruling) -> None:
    times = [21 + i / 10 for i in range(count)]
    seen = evidence(
        [exchange(i, t, attempt("azure", t, t + 10, first=t + first)) for i, t in enumerate(times)]
    )
    assert ruled("time_to_first_token p95 (fault) <= 1 s", seen).verdict is ruling


def test_a_failure_that_the_generators_lateness_explains_is_unknown() -> None:
    late = exchange(0, 21.0, attempt("azure", 22.0, first=22.2), late=1.0)
    found = ruled("time_to_first_token max (fault) <= 1 s", evidence([late]))
    assert (found.verdict, found.observed) == (Ruling.UNKNOWN, 1.2)
    assert found.reason.startswith("the generator was late")


def test_a_failure_that_lateness_does_not_explain_stands() -> None:
    late = exchange(0, 21.0, attempt("azure", 22.0, first=23.2), late=1.0)
    found = ruled("time_to_first_token max (fault) <= 1 s", evidence([late]))
    assert (found.verdict, found.observed) == (Ruling.FAIL, 2.2)


def test_a_pass_stands_however_late_the_generator_was() -> None:
    late = exchange(0, 21.0, attempt("azure", 22.0, first=22.2), late=1.0)
    found = ruled("time_to_first_token max (fault) <= 2 s", evidence([late]))
    assert found.verdict is Ruling.PASS


def compared(*, late: float) -> Evidence:
    """A baseline that takes 0.2 s once it is sent, and a recovery that takes 0.6 s."""
    before = [
        exchange(i, 6 + i / 10, attempt("azure", 6 + i / 10 + late), late=late) for i in range(59)
    ]
    times = [41 + i / 10 for i in range(59)]
    after = [exchange(100 + i, t, attempt("azure", t, first=t + 0.6)) for i, t in enumerate(times)]
    return evidence([*before, *after])


@pytest.mark.parametrize(
    "text",
    [
        "time_to_first_token p95 (recovery) <= 1.5 x baseline",
        "latency_penalty p95 (recovery) <= 0.1 s",
    ],
)
def test_a_pass_against_a_baseline_that_the_generator_made_slow_is_unknown(text: str) -> None:
    assert ruled(text, compared(late=0.0)).verdict is Ruling.FAIL
    found = ruled(text, compared(late=0.4))
    assert found.verdict is Ruling.UNKNOWN
    assert found.reason.startswith("the generator was late")
    assert rule_all([text], compared(late=0.4)) == (found,)


def test_a_pass_of_a_lower_limit_by_lateness_is_unknown() -> None:
    late = exchange(0, 21.0, attempt("azure", 22.0, first=22.2), late=1.0)
    text = "time_to_first_token min (fault) >= 1 s"
    assert ruled(text, evidence([late])).verdict is Ruling.UNKNOWN
    slow = exchange(0, 21.0, attempt("azure", 21.0, first=22.2))
    assert ruled(text, evidence([slow])).verdict is Ruling.PASS


def test_every_window_is_held_to_the_claim_and_the_worst_counts() -> None:
    first, second = window(20, 30), window(30, 40, group="again", first_hit=30.0)
    quick = failed_over(0, 21.0, took=0.1)
    slow = exchange(
        1, 31.0, refused("azure", 31.0, fault="again", took=3.0), attempt("vertex", 34.0)
    )
    seen = evidence([quick, slow], first, second)
    found = ruled("failover_delay <= 2 s", seen)
    assert (found.verdict, found.observed) == (Ruling.FAIL, 3.2)
    assert found.reason.startswith("again: ")
    assert ruled("failover_delay (window:outage) <= 2 s", seen).verdict is Ruling.PASS
    found = ruled("failover_delay max >= 2 s", seen)
    assert found.verdict is Ruling.FAIL
    assert found.observed == pytest.approx(0.3)


def test_a_failed_window_outranks_one_that_cannot_be_told() -> None:
    hit = exchange(0, 21.0, refused("azure", 21.0))
    seen = evidence([hit], window(20, 30), window(30, 40, group="again", first_hit=None))
    assert ruled("failover_delay <= 2 s", seen).verdict is Ruling.FAIL
    good = evidence([failed_over(0, 21.0)], *seen.windows)
    assert ruled("failover_delay <= 2 s", good).verdict is Ruling.UNKNOWN


def test_a_window_that_may_miss_and_did_is_left_out() -> None:
    missed = window(30, 40, group="again", first_hit=None, may_miss=True)
    seen = evidence([failed_over(0, 21.0)], window(20, 30), missed)
    assert ruled("failover_delay <= 2 s", seen).verdict is Ruling.PASS
    alone = evidence([failed_over(0, 21.0)], missed)
    assert ruled("failover_delay <= 2 s", alone).verdict is Ruling.UNKNOWN


def test_traffic_that_never_left_can_be_told_to_be_there() -> None:
    missed = window(20, 30, group="again", first_hit=None, may_miss=True)
    seen = evidence(steady(5, 60), missed)
    found = ruled("failback_time (window:again) <= 5 s", seen)
    assert (found.verdict, found.observed) == (Ruling.PASS, 0.0)
    assert ruled("failback_time <= 5 s", seen).verdict is Ruling.UNKNOWN
    gone = [failed_over(n, 20 + n / 4) for n in range(160)]
    found = ruled("failback_time (window:again) <= 5 s", evidence([*steady(5, 20), *gone], missed))
    assert found.verdict is Ruling.FAIL


def test_without_a_window_nothing_can_be_said_of_one() -> None:
    found = ruled("failover_time <= 5 s", evidence(steady(20, 40)))
    assert (found.verdict, found.reason) == (
        Ruling.UNKNOWN,
        "there was no fault window that touched an exchange",
    )
    found = ruled("failover_time (window:other) <= 5 s", evidence(outage(), window()))
    assert "of group other" in found.reason


def test_without_a_phase_everything_but_the_warm_up_counts() -> None:
    slow = exchange(0, 1.0, attempt("azure", 1.0, 11.0, first=10.0))
    seen = evidence([slow, exchange(1, 6.0), exchange(2, 21.0), exchange(3, 41.0)])
    found = ruled("time_to_first_token max <= 1 s", seen)
    assert (found.verdict, found.samples) == (Ruling.PASS, 3)


def test_a_phase_that_the_run_never_reached_is_unknown() -> None:
    seen = evidence(steady(5, 20), phases=(("baseline", 5.0, 20.0),))
    assert ruled("amplification (recovery) <= 9", seen).verdict is Ruling.UNKNOWN
    assert ruled("user_errors (recovery) <= 50 %", seen).verdict is Ruling.UNKNOWN


@pytest.mark.parametrize("text", ["token_gap max (fault) <= 1 s", "token_gap max (fault) <= 0.1 s"])
@pytest.mark.parametrize("facts", [{"hub_lag_s": 0.2}, {"generator_cpu_share": 0.97}])
def test_a_busy_generator_makes_token_gaps_unknown(text: str, facts: dict[str, float]) -> None:
    seen = evidence([exchange(0, 21.0, attempt("azure", 21.0, gap=0.5))])
    assert ruled(text, seen).verdict is not Ruling.UNKNOWN
    found = ruled(text, replace(seen, **facts))
    assert found.verdict is Ruling.UNKNOWN
    assert "generator" in found.reason


def test_a_busy_generator_leaves_other_gates_alone() -> None:
    seen = replace(evidence([exchange(0, 21.0)]), hub_lag_s=9.0)
    assert ruled("time_to_first_token max (fault) <= 1 s", seen).verdict is Ruling.PASS


def test_the_contrast_of_token_gaps_is_about_token_gaps() -> None:
    gaps = [exchange(i, t, attempt("azure", t, gap=0.1)) for i, t in enumerate((6.0, 21.0))]
    seen = evidence(gaps)
    text = "token_gap_penalty max (fault) <= 1 s"
    assert ruled(text, seen).verdict is Ruling.PASS
    assert ruled(text, replace(seen, hub_lag_s=0.2)).verdict is Ruling.UNKNOWN


class Explosive(Gate, frozen=True, kw_only=True):
    """A gate whose reading explodes: what a defect in a plug-in looks like."""

    @property
    def required_samples(self) -> int:
        return 1

    def look(self, evidence: Evidence, scope: Scope) -> Reading:
        raise ZeroDivisionError(f"{len(evidence.exchanges)} in {scope}")


def test_a_gate_that_crashes_is_unknown_and_names_the_error() -> None:
    gate = Explosive(text="boom", claim=parse_gate("failover_time <= 1 s").claim)
    found = rule(gate, evidence([], window()))
    assert found.verdict is Ruling.UNKNOWN
    assert found.reason.startswith("the gate crashed: ZeroDivisionError: 0 in")


def test_findings_come_in_the_order_of_the_gates_and_one_that_is_unreadable_is_unknown() -> None:
    seen = evidence([failed_over(0, 21.0)], window())
    texts = ("failover_delay <= 2 s", "nonsense <= 2 s", "failover_delay <= 1 ms")
    found = rule_all(texts, seen)
    assert [f.gate for f in found] == list(texts)
    assert [f.verdict for f in found] == [Ruling.PASS, Ruling.UNKNOWN, Ruling.FAIL]
    assert "cannot be read" in found[1].reason


def test_a_finding_carries_its_worst_exchanges() -> None:
    failed = exchange(3, 21.0, refused("azure", 21.0))
    seen = evidence([*outage(), failed], window())
    assert ruled("failover_delay <= 2 s", seen).worst[0] == failed.trace_id


def test_a_figure_that_rests_on_inference_says_so() -> None:
    touches = [replace(t, inferred=True) for t in refused("azure", 21.0).touches]
    guess = attempt("azure", 21.0, outcome=Outcome.SERVER_ERROR, touches=touches)
    seen = evidence([exchange(0, 21.0, guess, attempt("vertex", 22.0))], window())
    assert ruled("failover_delay <= 9 s", seen).inferred


def test_unknown_has_nothing_to_show() -> None:
    found = unknown("g", "why")
    assert (found.observed, found.samples, found.reason) == (None, 0, "why")


def test_removing_one_attempt_row_flips_the_gate_that_rests_on_it() -> None:
    one = renumbered([*steady(5, 19), failed_over(0, 20.0, took=1.5)])
    seen = evidence(one, window())
    assert ruled("failover_delay <= 2 s", seen).verdict is Ruling.PASS
    cut = replace(one[-1], attempts=one[-1].attempts[:1], outcome=Outcome.SERVER_ERROR)
    seen = evidence([*one[:-1], cut], window())
    assert ruled("failover_delay <= 2 s", seen).verdict is Ruling.FAIL
