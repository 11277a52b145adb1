"""Before live endpoints: what may be sent there, what it may cost, what they have left. Pure."""

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from experiments.model import Endpoint, Experiment
from experiments.reading.addresses import is_loopback_url
from experiments.reading.problems import UsageError
from experiments.running.preflight import Canary
from loadgen.plan import Planned
from providers.catalog import speaks_grpc
from providers.quota import short_of
from telemetry.identity import MARK_TOKENS

MINUTE_S = 60.0
PER_MILLION = 1e-6


class Permission(msgspec.Struct, frozen=True, kw_only=True):
    """What the command line allows: live endpoints, and to take loopback ones for live."""

    allow_live: bool = False
    treat_as_live: bool = False


class Cost(msgspec.Struct, frozen=True, kw_only=True):
    """What an endpoint may be asked at the most; money in the experiment's currency."""

    endpoint: str
    requests: int
    tokens: int
    money: float


def live_endpoints(experiment: Experiment, permission: Permission) -> tuple[str, ...]:
    """Return the endpoints that are somebody's real ones, or count as such."""
    return tuple(e.name for e in experiment.endpoints if _is_live(e, permission))


def is_live(experiment: Experiment, permission: Permission) -> bool:
    """Tell whether anything is sent to an endpoint, or a gateway, that is live."""
    gateway = experiment.gateway
    away = gateway is not None and gateway.url is not None and not is_loopback_url(gateway.url)
    return away or bool(live_endpoints(experiment, permission))


def check_allowed(experiment: Experiment, permission: Permission, what: str) -> None:
    """Raise UsageError unless live endpoints are allowed; `what` would be sent there."""
    if is_live(experiment, permission) and not permission.allow_live:
        names = _names(experiment, permission)
        raise UsageError(
            f"{names}: not on this machine, so live; {what} would be sent there. Say --allow-live"
        )


def check_permission(experiment: Experiment, permission: Permission, worst_requests: int) -> None:
    """Raise UsageError unless live endpoints are allowed, and what is sent there has a limit."""
    check_allowed(experiment, permission, f"faults made before it, and {worst_requests} requests")
    _check_countable(experiment, permission)
    limits = experiment.limits
    unlimited = limits.max_requests is None and limits.max_spend is None
    if is_live(experiment, permission) and unlimited:
        raise UsageError(
            f"{_names(experiment, permission)}: live, and nothing limits what is sent there: say "
            f"--max-requests {worst_requests} or --max-spend, or write limits: into the experiment"
        )


def check_command_permission(experiment: Experiment, permission: Permission) -> None:
    """Raise UsageError unless a command may ask live endpoints, and only so often."""
    check_allowed(experiment, permission, "what the command asks")
    _check_countable(experiment, permission)
    limits = experiment.limits
    if limits.max_requests is None and limits.max_spend is None and is_live(experiment, permission):
        raise UsageError(
            f"{_names(experiment, permission)}: live, and nothing limits what a command sends "
            "there: say --max-requests or --max-spend, or write limits: into the experiment"
        )


def _check_countable(experiment: Experiment, permission: Permission) -> None:
    """Raise UsageError for a live endpoint over gRPC: no limit could keep what is sent there."""
    live = live_endpoints(experiment, permission)
    for endpoint in experiment.endpoints:
        if endpoint.name in live and speaks_grpc(endpoint.dialect):
            raise UsageError(
                f"{endpoint.name}: live, and it speaks gRPC, whose calls no limit counts: only "
                "`crosswind preflight` asks it, once; rehearse with a server on this machine"
            )


def _names(experiment: Experiment, permission: Permission) -> str:
    return ", ".join(live_endpoints(experiment, permission)) or "the gateway"


def check_workers(experiment: Experiment, workers: int) -> None:
    """Raise UsageError for more workers than replicas of the client: one would have none."""
    clients = experiment.route.clients
    if workers > clients:
        raise UsageError(f"--workers {workers}: the route has {clients} clients to share out")


def limit_sets(
    max_requests: int | None, max_attempts_per_s: float | None, max_spend: float | None
) -> tuple[str, ...]:
    """Return what the command line says of limits as `path=value`."""
    said = {
        "max_requests": max_requests,
        "max_attempts_per_s": max_attempts_per_s,
        "max_spend": max_spend,
    }
    return tuple(f"limits.{name}={value}" for name, value in said.items() if value is not None)


def worst_case(experiment: Experiment, planned: Sequence[Planned]) -> tuple[Cost, ...]:
    """Return what each endpoint of the route is asked if every question goes there.

    As often as our own client tries there; a gateway's retries are its own, so one try stands for
    them and `limits` for the rest.
    """
    mark = MARK_TOKENS if experiment.gateway is not None else 0
    tries = experiment.route.attempts_per_endpoint
    prompt = sum(one.prompt_tokens + mark for one in planned) * tries
    output = sum(one.output_tokens for one in planned) * tries
    return tuple(
        _cost(experiment.endpoint(name), len(planned) * tries, prompt, output, experiment)
        for name in experiment.route.order
    )


def peak_per_minute(experiment: Experiment, planned: Sequence[Planned]) -> tuple[float, float]:
    """Return the requests and tokens of the fault phase's busiest minute.

    A shorter phase is taken for a minute at its rate: quotas are per minute.
    """
    start_s = experiment.phases.fault_start_s
    span_s = min(MINUTE_S, experiment.phases.fault_s)
    within = [p for p in planned if start_s <= p.at_s < start_s + experiment.phases.fault_s]
    if not within or span_s <= 0:
        return 0.0, 0.0
    busiest = max(_minutes(within, span_s), key=len)
    scale = MINUTE_S / span_s
    tokens = sum(one.prompt_tokens + one.output_tokens for one in busiest)
    return len(busiest) * scale, tokens * scale


def quota_complaints(
    experiment: Experiment, canaries: Iterable[Canary], peak: tuple[float, float]
) -> Iterator[str]:
    """Say which endpoint that traffic would fall back on has not enough left for the peak."""
    faulted = {name for fault in experiment.faults for name in fault.at}
    for canary in canaries:
        if canary.endpoint in faulted or canary.endpoint not in experiment.route.order:
            continue
        if short := short_of(canary.quota, *peak):
            yield f"{canary.endpoint}: {short}"


def unknown_quotas(experiment: Experiment, canaries: Iterable[Canary]) -> tuple[str, ...]:
    """Return the endpoints of the route that do not tell what they have left."""
    order = experiment.route.order
    return tuple(c.endpoint for c in canaries if c.endpoint in order and not c.quota.known)


def _is_live(endpoint: Endpoint, permission: Permission) -> bool:
    if endpoint.base_url is None:
        return False
    return permission.treat_as_live or not is_loopback_url(endpoint.base_url)


def _cost(
    endpoint: Endpoint, requests: int, prompt: int, output: int, experiment: Experiment
) -> Cost:
    price = endpoint.price
    money = prompt * price.prompt_per_million + output * price.output_per_million
    limits = experiment.limits
    return Cost(
        endpoint=endpoint.name,
        requests=min(requests, limits.max_requests or requests),
        tokens=prompt + output,
        money=min(money * PER_MILLION, limits.max_spend or money),
    )


def _minutes(within: Sequence[Planned], span_s: float) -> Iterator[Sequence[Planned]]:
    first = 0
    for last, one in enumerate(within):
        while within[first].at_s <= one.at_s - span_s:
            first += 1
        yield within[first : last + 1]
