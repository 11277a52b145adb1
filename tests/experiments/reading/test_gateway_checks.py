"""What is wrong with a gateway route, or with limits, is told by its path."""

import pytest

from experiments.reading.document import parse_document
from experiments.reading.problems import ExperimentError
from experiments.reading.read import experiment_of
from tests.experiments.files import GOOD

ROUTE = GOOD[GOOD.index("route:") : GOOD.index("load:")]
GATEWAY = """\
route:
  gateway:
    order: [azure, vertex]
    dialect: {openai-chat: {model: chat}}
    command: litellm --port {port} --config {folder}/x.yaml
    ready: {path: /health}
"""


def told(text: str) -> dict[str, str]:
    try:
        experiment_of(parse_document(text, "drill.yaml"))
    except ExperimentError as error:
        return {problem.path: problem.message for problem in error.problems}
    return {}


def gateway(old: str = "", new: str = "") -> str:
    assert old in GATEWAY
    return GOOD.replace(ROUTE, GATEWAY.replace(old, new))


def test_a_gateway_route_is_an_experiment() -> None:
    experiment = experiment_of(parse_document(gateway(), "drill.yaml"))
    assert experiment.gateway is not None
    assert experiment.gateway.command[:2] == ("litellm", "--port")
    assert experiment.route.order == ("azure", "vertex")


@pytest.mark.parametrize(
    ("text", "path", "word"),
    [
        (gateway("  gateway:", "  client: {order: [azure]}\n  gateway:"), "route", "both"),
        (GOOD.replace(ROUTE, "route: {}\n"), "route", "neither"),
        (
            gateway("    command: litellm --port {port} --config {folder}/x.yaml\n"),
            "route.gateway",
            "neither",
        ),
        (gateway("    ready:", "    url: http://127.0.0.1:1\n    ready:"), "route.gateway", "both"),
        (
            gateway(
                "    command: litellm --port {port} --config {folder}/x.yaml\n",
                "    url: https://localhost:4000\n",
            ),
            "route.gateway.url",
            "over plain http on this machine",
        ),
        (gateway("{folder}", "{home}"), "route.gateway.command", "{home} is not filled in"),
        (gateway("litellm", "litellm it's"), "route.gateway.command", "cannot be taken apart"),
        (gateway("/health", "health"), "route.gateway.ready.path", "starts with /"),
        (gateway("[azure, vertex]", "[azure, vertx]"), "route.gateway.order.1", "vertx"),
        (GOOD.replace("azure", "gateway"), "endpoints.gateway", "no endpoint may be called"),
        (GOOD + "limits: {max_requests: 0}\n", "limits.max_requests", "more than 0"),
        (GOOD + "limits: {max_spend: 5}\n", "limits.max_spend", "no price is known of"),
    ],
)
def test_what_is_wrong_is_told_by_its_path(text: str, path: str, word: str) -> None:
    problems = told(text)
    assert word in problems.get(path, ""), problems


@pytest.mark.parametrize(
    ("said", "path", "word"),
    [
        ("{collect: true, http_port: 70000}", "telemetry.http_port", "at most 65535"),
        ("{http_port: 4318}", "telemetry.http_port", "without collect: true"),
        ("{collect: true, http_port: 7, grpc_port: 7}", "telemetry.grpc_port", "already"),
        ("{collect: true, protocol: udp}", "telemetry.protocol", "grpc"),
        ("{collect: true, file: x}", "telemetry.file", "unknown"),
    ],
)
def test_a_collector_that_could_not_listen_is_refused(said: str, path: str, word: str) -> None:
    found = told(f"{GOOD}telemetry: {said}\n")
    assert list(found) == [path]
    assert word in found[path]


def test_what_collects_is_told_and_nothing_does_unless_it_is_asked_to() -> None:
    text = f"{GOOD}telemetry: {{collect: true, protocol: grpc, grpc_port: 4317}}\n"
    telemetry = experiment_of(parse_document(text, "drill.yaml")).telemetry
    assert (telemetry.collect, telemetry.protocol, telemetry.grpc_port) == (True, "grpc", 4317)
    assert not experiment_of(parse_document(GOOD, "drill.yaml")).telemetry.collect
