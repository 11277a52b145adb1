"""What may be sent to live endpoints, what it costs and what they have left is known before."""

from collections.abc import Callable

import pytest
from msgspec.structs import replace

from experiments.model import Endpoint, Experiment, Phases
from experiments.reading.problems import UsageError
from experiments.running.preflight import Canary
from experiments.running.rails import (
    Permission,
    check_allowed,
    check_command_permission,
    check_permission,
    check_workers,
    is_live,
    limit_sets,
    live_endpoints,
    peak_per_minute,
    quota_complaints,
    unknown_quotas,
    worst_case,
)
from faults.config import Limits, Price
from loadgen.config import Reference
from loadgen.plan import Planned
from providers.quota import RemainingQuota
from tests.experiments.scenario import experiment

NOBODY = Permission()
ALLOWED = Permission(allow_live=True)
PRICE = Price(prompt_per_million=10, output_per_million=20)


def with_urls(azure: str, vertex: str) -> Experiment:
    base = experiment()
    endpoints = (
        Endpoint(name="azure", dialect={"azure-openai": {}}, base_url=azure, price=PRICE),
        Endpoint(name="vertex", dialect={"vertex-gemini": {}}, base_url=vertex),
    )
    return replace(base, endpoints=endpoints, phases=Phases(warm_up_s=0, baseline_s=10, fault_s=20))


HERE = with_urls("http://127.0.0.1:1", "http://localhost:2")
AWAY = with_urls("https://mine.openai.azure.com", "http://127.0.0.1:2")
PLANNED = tuple(
    Planned(number=n, at_s=n / 2, prompt_tokens=100, output_tokens=50) for n in range(100)
)


def test_live_is_what_is_not_this_machine_or_counts_as_such() -> None:
    assert live_endpoints(HERE, NOBODY) == ()
    assert live_endpoints(AWAY, NOBODY) == ("azure",)
    assert live_endpoints(HERE, Permission(treat_as_live=True)) == ("azure", "vertex")
    assert not is_live(experiment(), Permission(treat_as_live=True))


def test_live_needs_to_be_allowed_and_limited() -> None:
    with pytest.raises(UsageError, match=r"azure: not on this machine, so live; .* --allow-live"):
        check_permission(AWAY, NOBODY, 500)
    with pytest.raises(UsageError, match="--max-requests 500 or --max-spend"):
        check_permission(AWAY, ALLOWED, 500)
    check_permission(replace(AWAY, limits=Limits(max_requests=9)), ALLOWED, 500)
    check_permission(replace(AWAY, limits=Limits(max_spend=9)), ALLOWED, 500)
    check_permission(HERE, NOBODY, 500)
    check_allowed(AWAY, ALLOWED, "one request each")


@pytest.mark.parametrize(
    "check", [lambda one: check_permission(one, ALLOWED, 500),
              lambda one: check_command_permission(one, ALLOWED)],
)  # fmt: skip
def test_no_limit_is_asked_for_that_cannot_be_kept_over_grpc(
    check: Callable[[Experiment], None],
) -> None:
    dialect: Reference = {"open-inference": {}}
    away = Endpoint(name="gke", dialect=dialect, base_url="https://triton.example.com")
    with pytest.raises(UsageError, match=r"gke: live, and it speaks gRPC, .* no limit counts"):
        check(replace(AWAY, endpoints=(away,)))
    here = replace(away, base_url="http://127.0.0.1:1")
    check(replace(AWAY, endpoints=(here,)))


def test_the_most_that_is_sent_is_every_question_at_every_endpoint_within_the_limits() -> None:
    azure, vertex = worst_case(AWAY, PLANNED)
    assert (azure.requests, azure.tokens) == (100, 15_000)
    assert azure.money == pytest.approx((10_000 * 10 + 5_000 * 20) / 1e6)
    assert vertex.money == 0
    capped = worst_case(replace(AWAY, limits=Limits(max_requests=7, max_spend=0.01)), PLANNED)[0]
    assert (capped.requests, capped.money) == (7, 0.01)


def test_the_peak_is_the_fault_phases_rate_as_a_minute() -> None:
    assert peak_per_minute(AWAY, PLANNED) == (120.0, 18_000.0)
    assert peak_per_minute(AWAY, ()) == (0.0, 0.0)


def canary(endpoint: str, requests: int | None) -> Canary:
    quota = RemainingQuota(requests=requests)
    return Canary(endpoint=endpoint, trace_id="t", status=200, quota=quota)


def test_a_fallback_with_less_left_than_the_peak_is_refused() -> None:
    canaries = [canary("azure", 1), canary("vertex", 119)]
    (complaint,) = quota_complaints(AWAY, canaries, (120.0, 18_000.0))
    assert complaint.startswith("vertex: 119 requests are left")
    assert not list(quota_complaints(AWAY, [canary("vertex", 120)], (120.0, 1.0)))
    assert unknown_quotas(AWAY, [canary("vertex", None), canary("azure", 5)]) == ("vertex",)


def test_no_worker_is_without_a_client() -> None:
    check_workers(experiment(), 4)
    with pytest.raises(UsageError, match="--workers 5: the route has 4 clients"):
        check_workers(experiment(), 5)


def test_limits_of_the_command_line_are_settings() -> None:
    assert limit_sets(5, None, 0.5) == ("limits.max_requests=5", "limits.max_spend=0.5")
