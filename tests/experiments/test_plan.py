"""What would happen if an experiment were run."""

from pathlib import Path

import pytest

from experiments.plan import GatePlan, Plan, plan_of
from experiments.reading.read import read_experiment
from loadgen.plan import plan as load_plan
from tests.experiments.files import GOOD, changed, write

OUTAGE = "  - {id: outage, at: azure, duration_s: 20, inject: {http_error: {status: 503}}}"
CONSTANT = GOOD.replace("poisson", "constant")


def planned(folder: Path, text: str = CONSTANT) -> Plan:
    return plan_of(read_experiment(write(folder, text)))


def gate(plan: Plan, name: str) -> GatePlan:
    return next(one for one in plan.gates if one.gate.startswith(name))


def test_phases_follow_each_other_with_the_arrivals_that_fall_into_them(tmp_path: Path) -> None:
    phases = planned(tmp_path).phases
    assert [(p.name, p.start_s, p.end_s, p.arrivals) for p in phases] == [
        ("warm_up", 0, 5, 100),
        ("baseline", 5, 20, 300),
        ("fault", 20, 40, 400),
        ("recovery", 40, 60, 400),
    ]


def test_arrivals_are_exactly_those_that_the_workers_will_plan(tmp_path: Path) -> None:
    plan = planned(tmp_path, GOOD)
    load = plan.experiment.load
    assert plan.arrivals == len(load_plan(load, seed=plan.experiment.seed, duration_s=60))
    assert sum(phase.arrivals for phase in plan.phases) == plan.arrivals


def test_windows_count_from_the_fault_phase_and_join_the_faults_of_a_group(tmp_path: Path) -> None:
    text = CONSTANT.replace(
        "  - {id: outage, at: azure, duration_s: 20, inject: {http_error: {status: 503}}}",
        "  - {id: a, group: g, at: azure, start_s: 5, duration_s: 10, inject: blackhole}\n"
        "  - {id: b, group: g, at: vertex, start_s: 5, duration_s: 10, inject: connect_refused}",
    )
    (window,) = planned(tmp_path, text).windows
    assert (window.group, window.faults) == ("g", ("a", "b"))
    assert window.endpoints == ("azure", "vertex")
    assert (window.start_s, window.end_s, window.arrivals) == (25, 35, 200)


def test_attempts_are_bounded_by_what_the_route_allows(tmp_path: Path) -> None:
    text = CONSTANT.replace("breaker:", "attempts_per_endpoint: 3, breaker:")
    assert planned(tmp_path, text).attempts_at_most == 1200 * 2 * 3


def test_each_gate_is_told_what_it_needs_and_what_it_will_have(tmp_path: Path) -> None:
    plan = planned(tmp_path)
    assert gate(plan, "failover_time") == GatePlan(
        gate="failover_time <= 5 s", needed=20, expected=400
    )
    assert gate(plan, "user_errors").needed == 299
    assert gate(plan, "user_errors").decidable
    assert plan.undecidable == ()


def test_a_gate_without_a_scope_looks_at_everything_but_the_warm_up(tmp_path: Path) -> None:
    plan = planned(
        tmp_path, CONSTANT.replace("user_errors (fault) <= 1 %", "time_to_first_token p99 <= 2 s")
    )
    assert gate(plan, "time_to_first_token") == GatePlan(
        gate="time_to_first_token p99 <= 2 s", needed=299, expected=1100
    )


def test_too_little_load_leaves_gates_undecided(tmp_path: Path) -> None:
    plan = planned(tmp_path, CONSTANT.replace("rate_per_s: 20", "rate_per_s: 5"))
    assert plan.undecidable == (
        "user_errors (fault) <= 1 %: at most 100 samples are planned, 299 needed",
    )


def test_too_short_a_baseline_would_not_count(tmp_path: Path) -> None:
    plan = planned(tmp_path, CONSTANT.replace("baseline_s: 15", "baseline_s: 2"))
    assert plan.undecidable[0] == "the baseline needs 59 exchanges to count, 40 are planned"


def test_a_fault_that_reaches_nobody_is_told_why(tmp_path: Path) -> None:
    no_share = planned(tmp_path, CONSTANT.replace("duration_s: 20", "duration_s: 20, share: 0"))
    not_asked = planned(tmp_path, CONSTANT.replace("order: [azure, vertex]", "order: [vertex]"))
    assert "fault outage would reach nobody: its share is 0" in no_share.undecidable
    assert "fault outage would reach nobody: the route never asks azure" in not_asked.undecidable


def test_a_fault_that_may_miss_may_miss(tmp_path: Path) -> None:
    text = CONSTANT.replace("duration_s: 20", "duration_s: 20, share: 0, may_miss: true")
    assert not [line for line in planned(tmp_path, text).undecidable if "nobody" in line]


def test_failover_time_is_not_defined_for_half_an_outage(tmp_path: Path) -> None:
    plan = planned(tmp_path, changed("duration_s: 20", "duration_s: 20, share: 0.5"))
    assert not gate(plan, "failover_time").decidable
    assert "failover_time <= 5 s: not defined for a fault of a share below 1" in plan.undecidable


def test_of_the_touched_only_the_share_is_expected(tmp_path: Path) -> None:
    text = CONSTANT.replace("duration_s: 20", "duration_s: 20, share: 0.5").replace(
        "failover_time <= 5 s", "failover_delay max <= 2 s"
    )
    assert gate(planned(tmp_path, text), "failover_delay").expected == 200


def test_failover_time_is_defined_where_one_fault_takes_all_at_each_endpoint(
    tmp_path: Path,
) -> None:
    faults = (
        "{id: all, group: g, at: azure, duration_s: 20, inject: blackhole}",
        "{id: some, group: g, at: PLACE, duration_s: 20, first_n: 3, inject: blackhole}",
    )
    lines = "\n".join(f"  - {fault}" for fault in faults)
    there = changed(OUTAGE, lines.replace("PLACE", "azure"))
    elsewhere = changed(OUTAGE, lines.replace("PLACE", "vertex"))
    assert gate(planned(tmp_path, there), "failover_time").decidable
    assert not gate(planned(tmp_path, elsewhere), "failover_time").decidable


def test_failover_time_is_not_defined_for_a_fault_that_chooses(tmp_path: Path) -> None:
    plan = planned(tmp_path, changed("duration_s: 20", "duration_s: 20, match: {method: POST}"))
    told = "failover_time <= 5 s: not defined for a fault that chooses among requests"
    assert told in plan.undecidable


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("first_n: 7", 7),
        ("every_nth: 10, after_n: 5", 39),
        ("max_injections: 3", 3),
        ("share: 0.1, first_n: 50", 5),
    ],
)
def test_of_a_counted_fault_no_more_are_expected_than_it_takes(
    tmp_path: Path, said: str, expected: int
) -> None:
    text = CONSTANT.replace("duration_s: 20", f"duration_s: 20, {said}")
    (window,) = planned(tmp_path, text).windows
    assert window.arrivals == 400
    assert window.touched_at_most == expected


def test_several_faults_touch_more_than_the_greatest_share(tmp_path: Path) -> None:
    line = next(line for line in CONSTANT.splitlines() if "duration_s: 20" in line)
    two = "\n".join(
        line.replace("id: ", f"id: {name}-").replace(
            "duration_s: 20", f"duration_s: 20, share: {share}, group: both"
        )
        for name, share in (("a", 0.3), ("b", 0.5))
    )
    (window,) = planned(tmp_path, CONSTANT.replace(line, two)).windows
    assert (window.arrivals, window.touched_at_most) == (400, 260)


def test_counts_that_take_nobody_are_told(tmp_path: Path) -> None:
    plan = planned(tmp_path, CONSTANT.replace("duration_s: 20", "duration_s: 20, after_n: 9999"))
    assert any("its counts take none of the 400" in line for line in plan.undecidable)
