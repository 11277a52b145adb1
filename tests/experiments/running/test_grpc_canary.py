"""What a canary over gRPC says of an endpoint."""

import socket

import pytest

from experiments.running.grpc_canary import Called, call_once, fault_of
from providers.catalog import make_dialect
from providers.dialect import Answer, Question
from providers.grpc import Status
from tests.live.echoing import echo

DIALECT = make_dialect({"open-inference": {}})
ANSWER = Answer(response_id="1", created_s=0, prompt_tokens=3, output_tokens=2, include_usage=True)
WHOLE = [DIALECT.token(ANSWER, "0:a "), *DIALECT.closing(ANSWER)]
BODY = [DIALECT.body(ANSWER, ["0:a ", "1:b "])]
TRACE = "00-a1b2c3d4000000000000000000000001-0000000000000001-01"


@pytest.mark.parametrize(("messages", "stream"), [(WHOLE, True), (BODY, False)])
def test_a_whole_answer_is_well(messages: list[bytes], *, stream: bool) -> None:
    assert fault_of(DIALECT, Called(messages, Status(0)), stream=stream) == ""


@pytest.mark.parametrize(
    ("called", "words"),
    [
        (Called([], Status(16, "no")), "UNAUTHENTICATED (the credential is refused): no"),
        (Called([], Status(14, "gone")), "it answered UNAVAILABLE: gone"),
        (Called([b"\xff"], Status(0)), "its answer is not open-inference"),
        (Called(WHOLE[:1], Status(0)), "its answer has no finish reason"),
        (Called([DIALECT.error_event(500, message="OOM")], Status(0)), "and then: OOM"),
    ],
)
def test_what_is_wrong_is_said(called: Called, words: str) -> None:
    assert words in fault_of(DIALECT, called, stream=True)


@pytest.mark.live
def test_a_call_goes_to_a_real_service_and_says_its_status() -> None:
    request = DIALECT.request(Question(prompt="hi", max_output_tokens=2, stream=True), "", "k")
    with echo() as (_, port):
        called = call_once(f"127.0.0.1:{port}", request, TRACE, 5.0)
    assert (called.messages, called.status.name) == ([], "UNIMPLEMENTED")


@pytest.mark.live
def test_silence_until_the_deadline_is_no_answer() -> None:
    request = DIALECT.request(Question(prompt="hi", max_output_tokens=2, stream=True), "", "k")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        called = call_once(f"127.0.0.1:{silent.getsockname()[1]}", request, TRACE, 0.2)
    assert not called.answered
    assert "no answer: Deadline Exceeded" in fault_of(DIALECT, called, stream=True)


@pytest.mark.live
def test_an_http_proxy_of_the_environment_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    request = DIALECT.request(Question(prompt="hi", max_output_tokens=2, stream=True), "", "k")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    with echo() as (_, port):
        called = call_once(f"127.0.0.1:{port}", request, TRACE, 5.0)
    assert called.status.name == "UNIMPLEMENTED"


@pytest.mark.live
def test_nobody_there_is_unavailable() -> None:
    request = DIALECT.request(Question(prompt="hi", max_output_tokens=2, stream=True), "", "k")
    called = call_once("127.0.0.1:1", request, TRACE, 5.0)
    assert not called.answered
    assert "Connection refused" in fault_of(DIALECT, called, stream=True)
