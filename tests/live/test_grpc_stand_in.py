"""A stand-in over gRPC answers grpcio as its dialect, quotas and capacity say."""

import errno
import os
import signal
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.rpc import error_details_pb2, status_pb2

from providers.config import StandIn, StandInListener
from providers.dialect import Delta, Question
from providers.dialects.open_inference import OpenInference
from providers.open_inference import INFER, SERVICE, STREAM_INFER
from providers.open_inference_messages import decoded, encoded
from providers.request_log import Line
from providers.words import numbers_in
from telemetry import identity, leash
from tests.live.stand_ins import FAST, SLOW, StandInProcess, azure, wait_for
from tests.providers.asking_triton import asking

pytestmark = pytest.mark.live

TRITON = OpenInference()
AS_STATUS = (("triton_grpc_error", "true"),)
WITHIN_S = 10.0


def listener(settings: StandIn, *, port: int = 0, decoupled: bool = False) -> StandInListener:
    return StandInListener(
        endpoint="triton",
        dialect={"open-inference": {"decoupled": decoupled}},
        stand_in=settings,
        port=port,
    )


class Asker:
    """A stand-in and a channel to it, whose stubs send and give bytes as they are."""

    def __init__(self, process: StandInProcess) -> None:
        self.process = process
        self.channel = grpc.insecure_channel(f"127.0.0.1:{process.ports['triton']}")

    def unary(self, method: str, data: bytes = b"", metadata: Any = ()) -> bytes:
        """Call and return the answer; grpc.RpcError as grpcio raises it."""
        stub: Any = self.channel.unary_unary(method)
        answer: bytes = stub(data, timeout=WITHIN_S, metadata=metadata)
        return answer

    def stream(self, *data: bytes, metadata: Any = ()) -> Any:
        """Return a `ModelStreamInfer` that sends these questions."""
        stub: Any = self.channel.stream_stream(STREAM_INFER)
        return stub(iter(data), timeout=WITHIN_S, metadata=metadata)

    def said(self, method: str, name: str, data: bytes = b"") -> Any:
        """Return the message that a call of the protocol answers."""
        return decoded(name, self.unary(f"/{SERVICE}/{method}", data))

    def log(self, lines: int) -> list[Line]:
        return self.process.log("triton", lines)


Starter = Callable[..., Asker]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Starter]:
    """Return what starts a stand-in; whatever was started is gone afterwards."""
    started: list[Asker] = []

    def starter(settings: StandIn, *, decoupled: bool = False) -> Asker:
        folder = tmp_path / str(len(started))
        folder.mkdir()
        one = listener(settings, decoupled=decoupled)
        started.append(Asker(StandInProcess(folder, one)))
        return started[-1]

    yield starter
    for asker in started:
        asker.channel.close()
        asker.process.close()


def ask(count: int = 5, *, stream: bool = True, **other: Any) -> bytes:
    return asking(Question(prompt="x" * 40, max_output_tokens=count, stream=stream), **other)


def refused(call: Callable[[], object]) -> Any:
    """Return grpcio's error of a call."""
    with pytest.raises(grpc.RpcError) as raised:
        call()
    return raised.value


def read(messages: Any) -> list[Delta]:
    return [TRITON.read_event(message) for message in messages]


def wait_asked_by(error: Any) -> float:
    """Return the wait that a RetryInfo asks for, read as any client of Google's types does."""
    details = dict(error.trailing_metadata())["grpc-status-details-bin"]
    info = error_details_pb2.RetryInfo()
    assert any(each.Unpack(info) for each in status_pb2.Status.FromString(details).details)
    return float(info.retry_delay.ToTimedelta().total_seconds())


def test_a_whole_answer_brings_all_tokens_and_the_requests_id(start: Starter) -> None:
    data = start(StandIn(latency=FAST)).unary(INFER, ask(7, stream=False, request_id="mine"))
    said = TRITON.read_body(data)
    assert numbers_in(said.text) == list(range(7))
    assert (said.finish_reason, said.model) == ("stop", "vllm_model")
    assert said.usage is not None
    assert (said.usage.prompt_tokens, said.usage.output_tokens) == (10, 7)
    assert decoded("ModelInferResponse", data).id == "mine"


def test_a_stream_comes_token_by_token(start: Starter) -> None:
    messages = list(start(StandIn(latency=FAST)).stream(ask(6, request_id="mine")))
    said = read(messages)
    assert [numbers_in(one.text) for one in said] == [[0], [1], [2], [3], [4], [5], []]
    assert [one.finish_reason for one in said] == [None] * 6 + ["stop"]
    assert sum(one.usage.output_tokens for one in said if one.usage) == 6
    told = [decoded("ModelStreamInferResponse", one).infer_response for one in messages]
    assert {one.id for one in told} == {"mine"}
    assert [one.parameters[0].key for one in told] == ["triton_final_response"] * 7
    assert [one.parameters[0].value.bool_param for one in told] == [False] * 6 + [True]


def test_tokens_do_not_wait_for_the_end_nor_come_before_their_time(start: Starter) -> None:
    begin = time.monotonic()
    call = start(StandIn(latency=SLOW)).stream(ask(1000))
    for _ in range(4):
        next(call)
    assert time.monotonic() - begin >= 0.01 + 3 * 0.05 - 0.005
    assert call.is_active()
    call.cancel()


def test_a_stream_answers_one_question_after_the_other(start: Starter) -> None:
    asker = start(StandIn(latency=FAST))
    messages = list(asker.stream(ask(2, request_id="a"), ask(1, request_id="b")))
    ids = [decoded("ModelStreamInferResponse", one).infer_response.id for one in messages]
    assert ids == ["a", "a", "a", "b", "b"]
    assert [line.tokens for line in asker.log(2)] == [2, 1]


def test_who_asks_for_no_stream_gets_one_message_of_it(start: Starter) -> None:
    (message,) = start(StandIn(latency=FAST)).stream(ask(3, stream=False))
    told = decoded("ModelStreamInferResponse", message).infer_response
    assert numbers_in(TRITON.read_event(message).text) == [0, 1, 2]
    assert told.parameters[0].value.bool_param


def test_typed_contents_ask_as_well_as_raw_ones(start: Starter) -> None:
    text = {"name": "text_input", "datatype": "BYTES", "contents": {"bytes_contents": [b"hi"]}}
    limit = {"name": "max_tokens", "datatype": "INT32", "contents": {"int_contents": [3]}}
    typed = encoded("ModelInferRequest", model_name="vllm_model", inputs=[text, limit])
    said = TRITON.read_body(start(StandIn(latency=FAST)).unary(INFER, typed))
    assert numbers_in(said.text) == [0, 1, 2]
    assert (said.finish_reason, said.usage) == ("finished", None), "nobody asked for more"


def test_over_quota_is_exhausted_with_a_wait_that_can_be_read(start: Starter) -> None:
    asker = start(StandIn(latency=FAST, requests_per_minute=1))
    asker.unary(INFER, ask(1))
    for call in (
        lambda: asker.unary(INFER, ask(1)),
        lambda: list(asker.stream(ask(1), metadata=AS_STATUS)),
    ):
        error = refused(call)
        assert error.code() == grpc.StatusCode.RESOURCE_EXHAUSTED
        assert 50 < wait_asked_by(error) <= 60


def test_over_capacity_is_unavailable_and_a_place_in_line_is_not(start: Starter) -> None:
    asker = start(StandIn(latency=SLOW, capacity=1, queue=1))
    first = asker.stream(ask(8))
    next(first)
    second = asker.stream(ask(2))
    time.sleep(0.05)
    error = refused(lambda: asker.unary(INFER, ask(1, request_id="third")))
    assert error.code() == grpc.StatusCode.UNAVAILABLE
    assert error.details() == "[request id: third] Exceeds maximum queue size"
    assert len(list(second)) == 3
    assert [line.tokens for line in asker.log(3)] == [0, 8, 2]


@pytest.mark.parametrize(
    ("method", "data", "code", "words"),
    [
        (INFER, ask(1, model="é%41"), "NOT_FOUND", "unknown model: 'é%41' is not found"),
        (f"/{SERVICE}/Nowhere", b"", "UNIMPLEMENTED", "not found"),
        (INFER, b"\xff\xff\xff", "INVALID_ARGUMENT", "no ModelInferRequest"),
        (INFER, encoded("ModelInferRequest", model_name="m"), "INVALID_ARGUMENT", "'text_input'"),
    ],
)
def test_what_is_wrong_is_a_status_with_words(
    start: Starter, method: str, data: bytes, code: str, words: str
) -> None:
    error = refused(lambda: start(StandIn(latency=FAST)).unary(method, data))
    assert error.code().name == code
    assert words in error.details()


def test_a_decoupled_model_answers_streams_alone(start: Starter) -> None:
    asker = start(StandIn(latency=FAST), decoupled=True)
    error = refused(lambda: asker.unary(INFER, ask(1)))
    assert error.code() == grpc.StatusCode.UNIMPLEMENTED
    assert "decoupled transaction policy" in error.details()
    assert len(list(asker.stream(ask(1)))) == 2


def test_an_error_in_a_stream_is_a_message_and_the_stream_goes_on(start: Starter) -> None:
    asker = start(StandIn(latency=FAST))
    messages = list(asker.stream(ask(1, model="other", request_id="bad"), ask(1)))
    told = decoded("ModelStreamInferResponse", messages[0])
    assert told.error_message == "Request for unknown model: 'other' is not found"
    assert told.infer_response.id == "bad"
    assert read(messages[1:])[0].text
    assert [(line.status, line.ended) for line in asker.log(2)] == [
        (404, "refused"),
        (200, "complete"),
    ]


def test_who_asks_for_a_status_in_a_stream_gets_one(start: Starter) -> None:
    call = start(StandIn(latency=FAST)).stream(ask(1, model="other"), ask(1), metadata=AS_STATUS)
    assert refused(lambda: list(call)).code() == grpc.StatusCode.NOT_FOUND


def test_health_and_metadata_are_told(start: Starter) -> None:
    asker = start(StandIn(latency=FAST))
    assert asker.unary("/grpc.health.v1.Health/Check") == b"\x08\x01", "SERVING"
    assert asker.said("ServerLive", "ServerLiveResponse").live
    assert asker.said("ServerReady", "ServerReadyResponse").ready
    assert asker.said("ServerMetadata", "ServerMetadataResponse").name == "crosswind"
    for model, ready in (("vllm_model", True), ("other", False)):
        named = encoded("ModelReadyRequest", name=model)
        assert asker.said("ModelReady", "ModelReadyResponse", named).ready is ready
    named = encoded("ModelMetadataRequest", name="vllm_model")
    metadata = asker.said("ModelMetadata", "ModelMetadataResponse", named)
    assert ("text_input", "BYTES") in [(one.name, one.datatype) for one in metadata.inputs]
    assert "text_output" in [one.name for one in metadata.outputs]
    unknown = encoded("ModelMetadataRequest", name="other")
    error = refused(lambda: asker.unary(f"/{SERVICE}/ModelMetadata", unknown))
    assert error.code() == grpc.StatusCode.NOT_FOUND


def test_the_log_says_who_asked_and_what_was_generated(start: Starter) -> None:
    asker = start(StandIn(latency=FAST))
    trace = identity.trace_id("00c0ffee", 3)
    span = identity.attempt_span_id(trace, 1)
    metadata = (("traceparent", identity.traceparent(trace, span)),)
    before_ns = time.monotonic_ns()
    asker.unary(INFER, ask(4), metadata)
    list(asker.stream(ask(3)))
    refused(lambda: asker.unary(INFER, ask(1, model="other")))
    whole, stream, none = asker.log(3)
    assert (whole.trace_id, whole.span_id) == (trace, span)
    assert (whole.status, whole.ended, whole.tokens) == (200, "complete", 4)
    assert whole.prompt_tokens == 10
    assert before_ns <= whole.at_ns <= whole.end_ns <= stream.at_ns <= time.monotonic_ns()
    assert (stream.trace_id, stream.status, stream.tokens) == (None, 200, 3)
    assert (none.status, none.ended, none.tokens) == (404, "refused", 0)


@pytest.mark.parametrize("stream", [True, False])
def test_hanging_up_ends_the_generation(start: Starter, *, stream: bool) -> None:
    asker = start(StandIn(latency=SLOW, capacity=1))
    if stream:
        call = asker.stream(ask(1000))
        next(call)
    else:
        unary: Any = asker.channel.unary_unary(INFER)
        call = unary.future(ask(1000))
        time.sleep(0.3)
    call.cancel()
    (line,) = asker.log(1)
    assert line.ended == "client_gone"
    assert line.status == (200 if stream else None)
    assert 1 <= line.tokens < 1000
    assert asker.unary(INFER, ask(1)), "its place is free again"


def test_who_hangs_up_in_line_is_not_answered(start: Starter) -> None:
    asker = start(StandIn(latency=SLOW, capacity=1, queue=2))
    first = asker.stream(ask(6))
    next(first)
    second = asker.stream(ask(6))
    time.sleep(0.05)
    second.cancel()
    assert len(list(first)) == 6
    assert {(line.tokens, line.ended) for line in asker.log(2)} == {
        (6, "complete"),
        (0, "client_gone"),
    }


def test_a_stop_lets_a_call_end_within_its_grace(start: Starter) -> None:
    asker = start(StandIn(latency=SLOW))
    call = asker.stream(ask(20))
    next(call)
    asker.process.process.send_signal(signal.SIGTERM)
    assert len(list(call)) == 20
    assert asker.process.process.wait(10) == 0
    assert [(line.tokens, line.ended) for line in asker.log(1)] == [(20, "complete")]


def test_a_stop_cuts_what_its_grace_did_not_suffice_for(start: Starter) -> None:
    asker = start(StandIn(latency=SLOW))
    call = asker.stream(ask(1000))
    next(call)
    leash.write_order(asker.process.leash, leash.Stop(within_s=0.3))
    codes = (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED)
    assert refused(lambda: list(call)).code() in codes
    assert asker.process.process.wait(10) == 0
    (line,) = asker.log(1)
    assert (line.ended, line.status) == ("shutdown", 200)
    assert 1 <= line.tokens < 1000


def test_a_stream_without_a_question_does_not_hold_up_the_end(start: Starter) -> None:
    asker = start(StandIn(latency=FAST))
    asking_on = True

    def questions() -> Iterator[bytes]:
        yield ask(1)
        while asking_on:
            time.sleep(0.01)

    stub: Any = asker.channel.stream_stream(STREAM_INFER)
    call = stub(questions(), timeout=WITHIN_S)
    assert next(call)
    asker.process.process.send_signal(signal.SIGTERM)
    assert asker.process.process.wait(5) == 0
    asking_on = False
    wait_for(lambda: None if call.is_active() else True)


def test_a_port_that_is_taken_is_said(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        process = StandInProcess(tmp_path, listener(StandIn(), port=port))
        try:
            _, errors = process.process.communicate(timeout=10)
            assert process.process.returncode == 2
            where = f"triton: cannot listen on 127.0.0.1:{port}"
            assert errors.decode() == f"{where}: {os.strerror(errno.EADDRINUSE)}\n"
        finally:
            process.close()


def test_one_that_listens_ends_where_another_cannot(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        other = azure(StandIn(), port=taken.getsockname()[1])
        process = StandInProcess(tmp_path, listener(StandIn()), other)
        try:
            _, errors = process.process.communicate(timeout=10)
            assert process.process.returncode == 2
            assert errors.decode().startswith("azure: cannot listen on ")
        finally:
            process.close()
