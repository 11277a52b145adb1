"""What an endpoint over gRPC cannot do is told by its path."""

import pytest

from experiments.reading.document import parse_document
from experiments.reading.read import experiment_of
from tests.experiments.files import GOOD, changed
from tests.experiments.reading.test_gateway_checks import gateway, told

CALLED = "azure: {dialect: open-inference, stand_in: {}}"
PLAIN = "azure: {dialect: azure-openai, stand_in: {}}"


def called(text: str = GOOD) -> str:
    return text.replace(PLAIN, CALLED)


def injected(inject: str) -> str:
    return called(changed("{http_error: {status: 503}}", inject))


def test_an_endpoint_over_grpc_may_stand_beside_one_over_http() -> None:
    experiment = experiment_of(parse_document(called(), "drill.yaml"))
    assert list(experiment.endpoints[0].dialect) == ["open-inference"]


@pytest.mark.parametrize(
    ("text", "path", "words"),
    [
        (
            GOOD.replace(
                PLAIN, "azure: {dialect: open-inference, base_url: http://127.0.0.1:1/v2}"
            ),
            "endpoints.azure.base_url",
            "knows no path",
        ),
        (called(GOOD + "limits: {max_requests: 9}\n"), "limits.max_requests", "no limit counts"),
        (called(gateway()), "route.gateway.order.0", "not read behind a gateway"),
        (
            gateway("{openai-chat: {model: chat}}", "open-inference"),
            "route.gateway.dialect",
            "asked over HTTP/1.1",
        ),
        (
            called()
            .replace("open-inference", "{open-inference: {decoupled: true}}")
            .replace("load:", "load:\n  stream: false"),
            "endpoints.azure.dialect.open-inference.decoupled",
            "nothing but streams",
        ),
        (injected("{error_in_200: {}}"), "faults.0.inject", "no meaning over gRPC"),
        (injected("{malformed_body: {kind: bad_chunk_size}}"), "faults.0.inject", "over gRPC"),
    ],
)
def test_what_it_cannot_do_is_told(text: str, path: str, words: str) -> None:
    found = told(text)
    assert list(found) == [path]
    assert words in found[path]


@pytest.mark.parametrize(
    "inject", ["{grpc_status: {code: 14}}", "{h2_goaway: {}}", "{stream_reset: {}}"]
)
def test_faults_of_grpc_and_http2_are_for_it(inject: str) -> None:
    assert told(injected(inject)) == {}


def test_they_are_for_no_endpoint_over_http() -> None:
    text = changed("{http_error: {status: 503}}", "{h2_goaway: {}}")
    assert "HTTP/2, which azure does not speak" in told(text)["faults.0.inject"]


def test_nonsense_in_place_of_a_dialect_is_no_traceback() -> None:
    assert told(GOOD.replace(PLAIN, "azure: {dialect: [1], stand_in: {}}"))
