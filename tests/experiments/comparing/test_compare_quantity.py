import math

import pytest
from msgspec.structs import replace

from experiments.comparing.compare_quantity import measure, quantities, quantity
from experiments.gate import GateError
from experiments.judging.evidence import evidence_of
from experiments.reading.problems import UsageError
from tests.experiments.scenario import experiment, record, with_breaker, without_breaker
from tests.telemetry.synthetic import window_events


@pytest.mark.parametrize(
    ("text", "name", "larger_is_worse", "limited"),
    [
        ("failover_time", "failover_time", True, False),
        ("failover_time <= 5 s", "failover_time", True, True),
        ("user_errors(fault)", "user_errors (fault)", True, False),
        ("time_to_first_token p95 (recovery) <= 1.5 x baseline",
         "time_to_first_token p95 (recovery)", True, True),
        ("trace_continuity", "trace_continuity", False, False),
        ("trace_continuity >= 99 %", "trace_continuity", False, True),
        ("tokens mean", "tokens mean", False, False),
        ("failover_time >=", "failover_time >=", False, False),
        ("native_errors (fault, endpoint:vertex)", "native_errors (fault, endpoint:vertex)",
         True, False),
    ],
)  # fmt: skip
def test_a_quantity_is_a_gate_with_or_without_its_limit(
    text: str, name: str, larger_is_worse: object, limited: object
) -> None:
    found = quantity(text)
    assert (found.text, found.larger_is_worse, found.limited) == (name, larger_is_worse, limited)


@pytest.mark.parametrize("text", ["", "nonsense", "failover_time p95", "failover_time (fault)"])
def test_what_no_gate_could_be_about_is_refused(text: str) -> None:
    with pytest.raises(GateError):
        quantity(text)


def test_a_wrong_one_is_named_with_the_right_word() -> None:
    with pytest.raises(UsageError, match=r"failover_tme: unknown metric .* failover_time"):
        quantities(["failover_tme"])


def test_a_thing_named_twice_is_compared_once_with_the_first_limit() -> None:
    found = quantities(["failover_time <= 5 s", "failover_time <= 9 s", "flaps"])
    assert [one.text for one in found] == ["failover_time", "flaps"]
    assert found[0].gate.text.endswith("5 s")


def test_a_figure_is_the_gates_own() -> None:
    evidence = evidence_of(record(with_breaker()), experiment())
    found = measure(quantity("failover_time <= 5 s"), evidence)
    assert found.limit == 5.0
    assert found.figure.value is not None
    assert 0 <= found.figure.value < 5
    never = evidence_of(record(without_breaker()), experiment())
    assert measure(quantity("failover_time"), never).figure.value == math.inf


def test_of_several_windows_the_worst_counts_and_an_unknown_one_makes_it_unknown() -> None:
    again = window_events("spare", 50.0, 55.0, endpoints="vertex")
    evidence = evidence_of(record(with_breaker(), extra=again), experiment())
    found = measure(quantity("failover_time"), evidence)
    assert found.figure.value is None
    assert found.figure.reason


def test_without_a_window_it_is_unknown() -> None:
    seen = evidence_of(record(with_breaker()), experiment())
    found = measure(quantity("failover_time"), replace(seen, windows=()))
    assert found.figure.value is None
    assert "no fault window" in found.figure.reason
