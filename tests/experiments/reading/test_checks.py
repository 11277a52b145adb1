"""The checks of a file's parts, each by itself; whole files are in `test_read`."""

import pytest

from experiments.model import Baseline, Phases
from experiments.reading.checks import (
    CHECKS,
    check,
    check_baseline,
    check_endpoints,
    check_expectation,
    check_load,
    check_phases,
    check_route,
)
from experiments.reading.problems import Complaints
from experiments.reading.shape import (
    EndpointShape,
    FailShape,
    FaultShape,
    FileShape,
    LoadShape,
    RouteShape,
)
from loadgen.config import Breaker, Lengths, Route
from providers.config import StandIn

AZURE = EndpointShape(dialect={"azure-openai": {}}, stand_in=StandIn())
OUTAGE = FaultShape(id="outage", at="azure", inject={"blackhole": {}}, duration_s=20)


def complaints_of(shape: FileShape, *checks: object) -> list[str]:
    complaints = Complaints()
    for one in checks:
        assert callable(one)
        one(shape, complaints)
    return [".".join(map(str, complaint.path)) for complaint in complaints]


def test_two_proxies_cannot_listen_on_one_port() -> None:
    fixed = EndpointShape(dialect={}, stand_in=StandIn(), listen="127.0.0.1:8080")
    shape = FileShape(endpoints={"a": fixed, "b": fixed, "c": AZURE, "d": AZURE})
    assert complaints_of(shape, check_endpoints) == ["endpoints.b.listen"]


def test_recovery_must_outlast_the_cooldown_by_ten_seconds() -> None:
    def shape(cooldown_s: float, recovery_s: float) -> FileShape:
        route = RouteShape(client=Route(order=("azure",), breaker=Breaker(cooldown_s=cooldown_s)))
        return FileShape(route=route, phases=Phases(recovery_s=recovery_s), faults=(OUTAGE,))

    assert complaints_of(shape(5, 15), check_phases) == []
    assert complaints_of(shape(5, 14.9), check_phases) == ["phases.recovery_s"]


def test_a_run_without_faults_needs_no_recovery() -> None:
    assert complaints_of(FileShape(phases=Phases(recovery_s=0)), check_phases) == []


def test_a_run_without_time_is_none() -> None:
    nothing = Phases(warm_up_s=0, baseline_s=0, fault_s=0, recovery_s=0)
    assert complaints_of(FileShape(phases=nothing), check_phases) == ["phases"]


def test_an_expected_failure_names_gates() -> None:
    shape = FileShape(gates=("a <= 1",), expect=FailShape(FAIL=()))
    assert complaints_of(shape, check_expectation) == ["expect.FAIL"]


def test_checks_go_on_where_something_could_not_be_read() -> None:
    unreadable = {"azure": None, "vertex": AZURE}
    shape = FileShape(
        endpoints=unreadable,  # type: ignore[arg-type]  # the reader leaves None where it gave up
        route=RouteShape(client=Route(order=("azure", "vertex"))),
        faults=(None, OUTAGE),  # type: ignore[arg-type]  # as above
        gates=(None, "failover_time <= 5 s"),  # type: ignore[arg-type]  # as above
    )
    complaints = Complaints()
    check(shape, complaints)
    assert [complaint.message for complaint in complaints] == []
    assert len(CHECKS) == 13


@pytest.mark.parametrize(
    ("route", "complaint"),
    [
        (Route(order=("azure",), clients=0), "route.client.clients"),
        (Route(order=("azure",), clients=10**9), "route.client.clients"),
        (Route(order=("azure",), attempts_per_endpoint=101), "route.client.attempts_per_endpoint"),
        (Route(order=("azure",), breaker=Breaker(failures=0)), "route.client.breaker.failures"),
    ],
)
def test_counts_of_a_client_are_ones_that_can_be_had(route: Route, complaint: str) -> None:
    shape = FileShape(endpoints={"azure": AZURE}, route=RouteShape(client=route))
    assert complaints_of(shape, check_route) == [complaint]


def test_lengths_cannot_be_drawn_from_every_spread() -> None:
    shape = FileShape(load=LoadShape(output_tokens=Lengths(median=40, sigma=1000)))
    assert complaints_of(shape, check_load) == ["load.output_tokens.sigma"]


def test_a_run_ends_within_a_week() -> None:
    assert complaints_of(FileShape(phases=Phases(drain_s=1e300)), check_phases) == ["phases"]


def test_a_baseline_may_not_fail_more_than_all_of_it() -> None:
    assert complaints_of(FileShape(baseline=Baseline(max_error_share=1)), check_baseline) == []
    wrong = FileShape(baseline=Baseline(max_error_share=5))
    assert complaints_of(wrong, check_baseline) == ["baseline.max_error_share"]
