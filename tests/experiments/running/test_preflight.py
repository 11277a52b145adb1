"""The preflight tells what is wrong with the way to an endpoint."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import msgspec
import pytest

from experiments.running.preflight import send_canaries
from loadgen.config import Target
from providers.catalog import make_dialect
from providers.credentials import PLACEHOLDER_CREDENTIAL
from providers.dialect import Answer, HttpAnswer
from telemetry.identity import CANARY_FIRST_NUMBER, trace_id
from telemetry.recorder import open_spool
from telemetry.rows import HopBegun

pytestmark = pytest.mark.live

RUN_TAG = "a1b2c3d4"
AZURE: dict[str, dict[str, object]] = {"azure-openai": {}}
ANSWER = Answer(response_id="r", created_s=1, prompt_tokens=3, output_tokens=2, include_usage=True)


class Endpoint(HTTPServer):
    """Answers everything with one answer."""

    answer = HttpAnswer(status=200, headers=())
    shown = ""


class Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        assert isinstance(self.server, Endpoint)
        answer = self.server.answer
        self.server.shown = self.headers["api-key"]
        self.send_response(answer.status)
        self.send_header("content-length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        del format, args


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    with Endpoint(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server
        server.shutdown()


def target(port: int) -> Target:
    return Target(endpoint="azure", dialect=AZURE, base_url=f"http://127.0.0.1:{port}")


def proxy_that_saw(folder: Path, *exchanges: int) -> Path:
    """Write an injector's spool in which canaries passed, and return its path."""
    spool = open_spool(folder, "injector")
    for hop, exchange in enumerate(exchanges):
        trace = trace_id(RUN_TAG, exchange)
        spool.record_now(
            HopBegun(hop=hop, endpoint="azure", connection=0, begin_ns=1, trace_id=trace)
        )
    return folder / "spool" / "injector-0.ndjson"


def good_answer() -> HttpAnswer:
    body = make_dialect(AZURE).body(ANSWER, ["0:wind ", "1:drift "])
    return HttpAnswer(status=200, headers=(), body=body)


def test_an_endpoint_that_answers_through_its_proxy_is_well(
    endpoint: Endpoint, tmp_path: Path
) -> None:
    endpoint.answer = good_answer()
    spool = proxy_that_saw(tmp_path, CANARY_FIRST_NUMBER)
    (canary,) = send_canaries(RUN_TAG, (target(endpoint.server_port),), spool)
    assert canary.ok, canary.reason
    assert canary.status == 200
    assert canary.trace_id == trace_id(RUN_TAG, CANARY_FIRST_NUMBER)


def test_an_answer_that_its_proxy_never_saw_is_not_in_the_path(
    endpoint: Endpoint, tmp_path: Path
) -> None:
    endpoint.answer = good_answer()
    (canary,) = send_canaries(RUN_TAG, (target(endpoint.server_port),), proxy_that_saw(tmp_path))
    assert "the proxy is not in the path" in canary.reason


def test_a_refusal_is_told_in_the_providers_own_words(endpoint: Endpoint, tmp_path: Path) -> None:
    endpoint.answer = make_dialect(AZURE).refusal(401)
    (canary,) = send_canaries(RUN_TAG, (target(endpoint.server_port),), proxy_that_saw(tmp_path))
    assert canary.reason.startswith("it answered 401 (the credential is refused): Access denied")


def test_an_answer_in_another_dialect_is_told(endpoint: Endpoint, tmp_path: Path) -> None:
    endpoint.answer = HttpAnswer(status=200, headers=(), body=b"<html>hello</html>")
    (canary,) = send_canaries(RUN_TAG, (target(endpoint.server_port),), proxy_that_saw(tmp_path))
    assert canary.reason.startswith("its answer is not azure-openai")


def test_only_a_real_endpoint_is_shown_the_users_key(endpoint: Endpoint, tmp_path: Path) -> None:
    endpoint.answer = good_answer()
    environment = {"AZURE_OPENAI_API_KEY": "mine"}
    spool = proxy_that_saw(tmp_path, CANARY_FIRST_NUMBER)
    for numbered, shown in ((True, PLACEHOLDER_CREDENTIAL), (False, "mine")):
        asked = msgspec.structs.replace(target(endpoint.server_port), numbered=numbered)
        send_canaries(RUN_TAG, (asked,), spool, environment)
        assert endpoint.shown == shown


def test_nobody_there_is_told(tmp_path: Path) -> None:
    with HTTPServer(("127.0.0.1", 0), Handler) as gone:
        port = gone.server_port
    (canary,) = send_canaries(RUN_TAG, (target(port),), proxy_that_saw(tmp_path))
    assert canary.reason.startswith("no answer")
