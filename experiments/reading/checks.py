"""What a well-shaped experiment may still get wrong."""

from collections.abc import Callable, Iterator

from experiments.gate import GateError, parse_gate
from experiments.reading.addresses import base_url_complaint, listen_complaint
from experiments.reading.gateway_checks import check_gateway, check_limits, check_telemetry
from experiments.reading.grpc_checks import check_grpc
from experiments.reading.names import check_endpoint_names, check_name, repeated
from experiments.reading.nearest import nearest
from experiments.reading.problems import Complaints, Path
from experiments.reading.routes import cooldown_of, route_of
from experiments.reading.schedule import check_faults, faults_of
from experiments.reading.shape import EndpointShape, FailShape, FileShape
from experiments.reading.stops import check_stops

MAX_CLIENTS = 1000
MAX_ATTEMPTS_PER_ENDPOINT = 100
MAX_FAILURES = 1_000_000
MAX_SIGMA = 10.0
"""e^10 is 22,000 times the median for one question in six: beyond every use."""

MAX_RUN_S = 7 * 86_400.0

Check = Callable[[FileShape, Complaints], None]

SETTLE_S = 10.0
"""Failback is judged over 5 s pools, so recovery must outlast the breaker's cooldown by two."""


def check(shape: FileShape, complaints: Complaints) -> None:
    """Run every check; each complains about what it finds and lets the others go on."""
    for one in CHECKS:
        one(shape, complaints)


def check_endpoints(shape: FileShape, complaints: Complaints) -> None:
    """Each endpoint is a stand-in or a loopback base URL, and listens on a port of its own."""
    if not shape.endpoints:
        complaints.add(("endpoints",), "at least one endpoint is needed")
    taken: dict[str, str] = {}
    for name in shape.endpoints:
        check_name(name, ("endpoints", name), complaints)
    for path, endpoint in _endpoints(shape):
        _check_behind(endpoint, path, complaints)
        if complaint := listen_complaint(endpoint.listen):
            complaints.add((*path, "listen"), complaint)
        elif not endpoint.listen.endswith(":0") and endpoint.listen in taken:
            message = f"endpoint {taken[endpoint.listen]} listens on {endpoint.listen} already"
            complaints.add((*path, "listen"), message)
        taken.setdefault(endpoint.listen, str(path[-1]))


def _endpoints(shape: FileShape) -> Iterator[tuple[Path, EndpointShape]]:
    """Return each readable endpoint with its path; one that is not left None at its name."""
    for name, endpoint in shape.endpoints.items():
        if endpoint is not None:
            yield ("endpoints", name), endpoint


def _check_behind(endpoint: EndpointShape, path: Path, complaints: Complaints) -> None:
    if endpoint.stand_in is None and endpoint.base_url is None:
        if not complaints.about(*path):
            complaints.add(path, "write stand_in: {} or base_url: http://..., it has neither")
    elif endpoint.stand_in is not None and endpoint.base_url is not None:
        complaints.add(path, "write stand_in or base_url, it has both")
    elif endpoint.base_url is not None and (complaint := base_url_complaint(endpoint.base_url)):
        complaints.add((*path, "base_url"), complaint)


def check_route(shape: FileShape, complaints: Complaints) -> None:
    """Let the route try known endpoints, each once, and its counts be ones that can be had."""
    if (shape.route.client is None) == (shape.route.gateway is None):
        if not complaints.about("route"):
            both = "both" if shape.route.client else "neither"
            complaints.add(("route",), f"write client: or gateway:, it has {both}")
        return
    client = route_of(shape.route)
    path = ("route", "gateway" if shape.route.gateway else "client")
    if not client.order:
        complaints.add((*path, "order"), "at least one endpoint is needed")
    order = (*path, "order")
    check_endpoint_names(client.order, order, shape.endpoints, complaints)
    counts = {
        ("clients",): (client.clients, MAX_CLIENTS),
        ("attempts_per_endpoint",): (client.attempts_per_endpoint, MAX_ATTEMPTS_PER_ENDPOINT),
        ("breaker", "failures"): (client.breaker.failures, MAX_FAILURES),
    }
    for key, (value, most) in counts.items():
        if not 1 <= value <= most:
            complaints.add((*path, *key), f"must lie between 1 and {most}, got {value}")


def check_load(shape: FileShape, complaints: Complaints) -> None:
    """Questions and answers have at least one token, and a spread that can be drawn from."""
    for key in ("prompt_tokens", "output_tokens"):
        lengths = getattr(shape.load, key)
        if lengths.median < 1:
            complaints.add(("load", key, "median"), f"must be at least 1, got {lengths.median}")
        if lengths.max < lengths.median:
            message = f"must not be less than the median, {lengths.median}"
            complaints.add(("load", key, "max"), message)
        if lengths.sigma > MAX_SIGMA:
            message = f"must be at most {MAX_SIGMA:g}, got {lengths.sigma:g}"
            complaints.add(("load", key, "sigma"), message)


def check_phases(shape: FileShape, complaints: Complaints) -> None:
    """Recovery outlasts the breaker's cooldown, or failback could not be seen."""
    cooldown_s = cooldown_of(shape.route)
    needed_s = cooldown_s + SETTLE_S
    unclear = complaints.about("route", "client", "breaker") or complaints.about("route", "gateway")
    if shape.faults and not unclear and shape.phases.recovery_s < needed_s:
        message = (
            f"{shape.phases.recovery_s:g} s is too short to see traffic come back: "
            f"the route's cooldown of {cooldown_s:g} s + {SETTLE_S:g} s = {needed_s:g} s"
        )
        complaints.add(("phases", "recovery_s"), message)
    if shape.phases.load_s <= 0:
        complaints.add(("phases",), "the run has no time in it")
    total_s = shape.phases.load_s + shape.phases.drain_s
    if total_s > MAX_RUN_S:
        message = f"{total_s:g} s in all; a run lasts at most {MAX_RUN_S:g} s, 7 days"
        complaints.add(("phases",), message)


def check_baseline(shape: FileShape, complaints: Complaints) -> None:
    """Let a baseline fail a share only, or none would ever be unhealthy."""
    share = shape.baseline.max_error_share
    if share > 1:
        message = f"a share lies between 0 and 1, got {share:g}"
        meant = f"{share / 100:g}" if share <= 100 else ""
        complaints.add(("baseline", "max_error_share"), message, meant)


def check_gates(shape: FileShape, complaints: Complaints) -> None:
    """There is a claim, each once, and each can be read."""
    if not shape.gates and not (shape.run and shape.run.command):
        complaints.add(
            ("gates",), "at least one gate is needed: a run without a claim says nothing"
        )
    groups = {fault.group or fault.id for _, fault in faults_of(shape)}
    for index, gate in enumerate(shape.gates):
        try:
            if gate is not None:
                parse_gate(gate, groups=groups, endpoints=shape.endpoints)
        except GateError as error:
            complaints.add(("gates", index), str(error))
    for index, gate in repeated(shape.gates):
        complaints.add(("gates", index), f"written twice: {gate}")


def check_expectation(shape: FileShape, complaints: Complaints) -> None:
    """Expect only gates to fail that there are."""
    if not isinstance(shape.expect, FailShape):
        return
    if not shape.expect.FAIL:
        complaints.add(("expect", "FAIL"), "name at least one gate that fails")
    for index, gate in enumerate(shape.expect.FAIL):
        if gate is not None and gate not in shape.gates:
            message = "not among the gates, word for word"
            complaints.add(("expect", "FAIL", index), message, nearest(gate, shape.gates))


CHECKS: tuple[Check, ...] = (
    check_endpoints,
    check_route,
    check_gateway,
    check_limits,
    check_grpc,
    check_stops,
    check_telemetry,
    check_load,
    check_phases,
    check_baseline,
    check_faults,
    check_gates,
    check_expectation,
)
