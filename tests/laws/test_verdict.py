"""No data is never a pass, and what outranks what is the same in every combination."""

from itertools import chain, combinations, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.gate import GateError, parse_gate
from experiments.judging.judge import judge
from experiments.judging.ruling import rule
from experiments.judging.verdict import ExitCode, Finding, Ruling, Verdict, conclude
from telemetry.exchange import Evidence
from telemetry.figure import Distribution, Measure
from telemetry.measure import metrics
from telemetry.stats import STATISTICS
from tests.experiments.scenario import experiment, record, with_breaker
from tests.telemetry.synthetic import evidence, steady, window

RULINGS = list(chain.from_iterable(combinations(Ruling, n) for n in range(len(Ruling) + 1)))


def finding(ruling: Ruling) -> Finding:
    return Finding(gate="g", verdict=ruling, observed=1.0, limit=2.0, samples=1, reason="")


def by_the_book(left: int, aborted: str, invalid: tuple[str, ...], rulings: set[Ruling]) -> int:
    """The precedence as METRICS.md lists it, read from the top."""
    ladder = [
        (left > 0, 6),
        (aborted != "", 5),
        (invalid != (), 4),
        (Ruling.FAIL in rulings, 3),
        (Ruling.UNKNOWN in rulings, 4),
        (not rulings, 4),
    ]
    return next((code for applies, code in ladder if applies), 0)


@pytest.mark.parametrize("left", [0, 1])
@pytest.mark.parametrize("aborted", ["", "interrupted"])
@pytest.mark.parametrize("invalid", [(), ("rows were lost",)])
@pytest.mark.parametrize("rulings", RULINGS)
def test_precedence_holds_in_every_combination(
    left: int, aborted: str, invalid: tuple[str, ...], rulings: tuple[Ruling, ...]
) -> None:
    findings = [finding(ruling) for ruling in rulings]
    verdict, code = conclude(faults_left=left, aborted=aborted, invalid=invalid, findings=findings)
    assert code == by_the_book(left, aborted, invalid, set(rulings))
    assert (verdict is Verdict.PASS) == (code is ExitCode.PASS)
    assert (verdict is Verdict.FAIL) == (code is ExitCode.FAIL)


def every_gate() -> list[str]:
    """A gate that nothing could fail, on every metric, in every way it can be written."""
    generous = ("<= 1000000", "< 1000000", ">= -1", "> -1")
    gates: list[str] = []
    for name, metric in metrics().items():
        scopes = ["", "(window:outage)"]
        if not (isinstance(metric, Measure) and metric.per == "window"):
            scopes += ["(fault)", "(recovery)", "(baseline)"]
        statistics = [""] if isinstance(metric, Measure) else list(STATISTICS)
        unit = metric.unit if metric.unit != "attempts/min" else "/min"
        for statistic, scope, limit in product(statistics, scopes, generous):
            gates.append(f"{name} {statistic} {scope} {limit} {unit}")
        if isinstance(metric, Distribution):
            gates.append(f"{name} p95 (fault) <= 1000000 x baseline")
    return [gate for gate in gates if readable(gate)]


def readable(gate: str) -> bool:
    try:
        parse_gate(gate)
    except GateError:
        return False
    return True


NOTHING = (
    evidence([]),
    evidence([], window(first_hit=None)),
    evidence([], window()),
    evidence([], phases=()),
)


@pytest.mark.parametrize("nothing", NOTHING)
def test_no_gate_passes_on_no_data(nothing: Evidence) -> None:
    gates = every_gate()
    assert len(gates) > 300
    rulings = {gate: rule(parse_gate(gate), nothing).verdict for gate in gates}
    assert {gate for gate, ruling in rulings.items() if ruling is not Ruling.UNKNOWN} == set()


@given(st.integers(0, 400), st.sampled_from(["p50", "p95", "p99", "max"]))
def test_no_gate_is_decided_on_fewer_samples_than_it_needs(count: int, statistic: str) -> None:
    seen = evidence(steady(20, 39, every=0.05)[:count], window())
    for text in (f"time_to_first_token {statistic} (fault) <= 9 s", "user_errors (fault) <= 1 %"):
        gate = parse_gate(text)
        found = rule(gate, seen)
        enough = min(count, 380) >= gate.required_samples
        assert (found.verdict is Ruling.PASS) == enough


def test_a_run_that_recorded_nothing_is_inconclusive() -> None:
    judged = judge(record([], planned=0), experiment(), run="r")
    assert (judged.verdict, judged.exit_code) == (Verdict.INCONCLUSIVE, 4)


@pytest.mark.parametrize(
    "name", ["plan", "phase", "canary", "run_end", "window_start", "window_end"]
)
def test_a_run_without_one_kind_of_event_never_passes_unless_nothing_rests_on_it(
    name: str,
) -> None:
    judged = judge(record(with_breaker(), without=[name]), experiment(), run="r")
    assert judged.verdict is not Verdict.PASS
    assert judged.exit_code in {3, 4}
