"""The collector as a process: the official exporters send to it, and so does whoever means ill."""

import gzip
import json
import os
import signal
import socket
import time
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
import msgspec
import pytest
from google.rpc.error_details_pb2 import RetryInfo
from google.rpc.status_pb2 import Status as RpcStatus
from opentelemetry.exporter.otlp.proto.grpc import trace_exporter as over_grpc
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http import trace_exporter as over_http
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
)
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2_grpc import MetricsServiceStub
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2_grpc import TraceServiceStub
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import (
    SimpleSpanProcessor,
    SpanExporter,
    SpanExportResult,
)
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, Status, StatusCode

from experiments.running.children import Child, await_word
from telemetry.collecting.limits import Limits
from telemetry.collector_config import CollectorConfig
from telemetry.run_folder import RunFolder
from telemetry.spool import SpoolReader
from tests.live.collectors import Collecting, collector, read_answer
from tests.telemetry.collecting.requests import many_attributes, request, span

pytestmark = [pytest.mark.live, pytest.mark.timeout(90)]

PROTOBUF = "Content-Type: application/x-protobuf"
JSON = "Content-Type: application/json"
GZIP = "Content-Encoding: gzip"
MOST_GROWTH_MB = 150
KEY = "sk-proj-0123456789abcdefABCDEF"


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Collecting]:
    with collector(tmp_path) as one:
        yield one


def made_spans(count: int) -> tuple[ReadableSpan, ...]:
    """Return spans of the SDK, each below the one before it."""
    memory = InMemorySpanExporter()
    provider = TracerProvider(resource=Resource({"service.name": "gateway", "pid": 7}))
    provider.add_span_processor(SimpleSpanProcessor(memory))
    tracer = provider.get_tracer("gateway.router", "1.2")
    with tracer.start_as_current_span("route", kind=SpanKind.SERVER):
        for number in range(count - 1):
            with tracer.start_as_current_span(f"try {number}", kind=SpanKind.CLIENT) as one:
                one.set_attributes(
                    {
                        "number": number,
                        "share": number / 2,
                        "last": number == count - 2,
                        "models": ["gpt-4o", "gemini"],
                        "sizes": [1, 2],
                        "name": "näme",
                    }
                )
                one.set_status(Status(StatusCode.ERROR, "503") if number % 2 else Status())
    return memory.get_finished_spans()


def exporter(one: Collecting, how: str) -> SpanExporter:
    if how == "grpc":
        return over_grpc.OTLPSpanExporter(
            f"http://127.0.0.1:{one.grpc_port}", insecure=True, compression=grpc.Compression.Gzip
        )
    return over_http.OTLPSpanExporter(
        f"http://127.0.0.1:{one.http_port}/v1/traces",
        compression=Compression.Gzip if how == "http+gzip" else Compression.NoCompression,
    )


@pytest.mark.parametrize("how", ["grpc", "http", "http+gzip"])
def test_what_the_official_exporters_send_is_kept_as_it_was(running: Collecting, how: str) -> None:
    sent = made_spans(300)
    sender = exporter(running, how)
    assert sender.export(sent) is SpanExportResult.SUCCESS
    sender.shutdown()
    kept = running.spans(300)
    assert [_as_kept(one) for one in sent] == [
        (
            (row.trace_id, row.span_id, row.parent_span_id),
            (row.name, row.span_kind, row.status or "UNSET", row.status_message),
            (row.start_unix_ns, row.end_unix_ns),
            row.attributes,
            row.resource["service.name"],
            (row.scope, row.scope_version, row.dropped_attributes),
        )
        for row in kept
    ]
    assert running.end() == {
        "accepted_spans": 300,
        "refused_spans": 0,
        "refused_requests": 0,
        "dropped_attributes": 0,
        "rows_dropped": 0,
    }


def _as_kept(one: ReadableSpan) -> tuple[Any, ...]:
    context = one.get_span_context()
    assert context is not None
    return (
        (
            f"{context.trace_id:032x}",
            f"{context.span_id:016x}",
            f"{one.parent.span_id:016x}" if one.parent else "",
        ),
        (one.name, one.kind.name, one.status.status_code.name, one.status.description or ""),
        (one.start_time, one.end_time),
        {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in (one.attributes or {}).items()
        },
        "gateway",
        ("gateway.router", "1.2", 0),
    )


def test_secrets_in_spans_are_kept_nowhere(running: Collecting) -> None:
    named = {"http.request.header.authorization": "Bearer 0123456789abcdef", "prompt": f"my {KEY}"}
    running.post(request(span(attributes=named)).SerializeToString(), PROTOBUF)
    (row,) = running.spans(1)
    assert "[redacted]" in row.attributes["prompt"]
    running.end()
    everything = b"".join(path.read_bytes() for path in running.folder.rglob("*") if path.is_file())
    assert KEY.encode() not in everything
    assert b"0123456789abcdef" not in everything.replace(row.span_id.encode(), b"")


def test_statuses_are_those_of_the_specification(running: Collecting) -> None:
    good = request(span()).SerializeToString()
    answers = {
        "taken": running.post(good, PROTOBUF),
        "other path": running.post(good, PROTOBUF, target="/v1/metrics"),
        "other type": running.post(good, "Content-Type: text/plain"),
        "no type": running.post(good),
        "other coding": running.post(good, PROTOBUF, "Content-Encoding: br"),
        "not gzip": running.post(good, PROTOBUF, GZIP),
        "cut gzip": running.post(gzip.compress(good)[:-9], PROTOBUF, GZIP),
        "not protobuf": running.post(b"\xff" * 50, PROTOBUF),
        "not json": running.post(b'{"resourceSpans": 7}', JSON),
        "other method": running.send(b"GET /v1/traces HTTP/1.1\r\nHost: x\r\n\r\n"),
        "no http": running.send(b"\x16\x03\x01 hello\r\n\r\n"),
    }
    assert {name: answer.status for name, answer in answers.items()} == {
        "taken": 200,
        "other path": 404,
        "other type": 415,
        "no type": 415,
        "other coding": 415,
        "not gzip": 400,
        "cut gzip": 400,
        "not protobuf": 400,
        "not json": 400,
        "other method": 405,
        "no http": 400,
    }
    assert answers["other method"].headers["allow"] == "POST"
    assert RpcStatus.FromString(answers["not protobuf"].take_body()).code == 3
    assert json.loads(answers["not json"].take_body())["code"] == 3
    counts = running.end()
    assert (counts["accepted_spans"], counts["refused_requests"]) == (1, 10)


def test_a_span_that_is_none_is_refused_alone_and_told(running: Collecting) -> None:
    body = request(span(), span(trace_id=b"short"), span(span_id=bytes(8))).SerializeToString()
    said = ExportTraceServiceResponse.FromString(running.post(body, PROTOBUF).take_body())
    assert said.partial_success.rejected_spans == 2
    assert "trace id" in said.partial_success.error_message
    with grpc.insecure_channel(f"127.0.0.1:{running.grpc_port}") as channel:
        answer = TraceServiceStub(channel).Export(ExportTraceServiceRequest.FromString(body))  # type: ignore[no-untyped-call]  # generated
    assert answer.partial_success.rejected_spans == 2
    bare = b'{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"00"}]}]}]}'
    told = json.loads(running.post(bare, JSON).take_body())
    assert told["partialSuccess"]["rejectedSpans"] == "1"
    counts = running.end()
    assert (counts["accepted_spans"], counts["refused_spans"]) == (2, 5)


def test_above_the_rate_it_says_when_to_come_back(tmp_path: Path) -> None:
    body = request(*[span() for _ in range(50)])
    with collector(tmp_path, Limits(spans_per_s=2.0, burst_spans=40)) as one:
        assert one.post(body.SerializeToString(), PROTOBUF).status == 200
        refused = one.post(body.SerializeToString(), PROTOBUF)
        assert refused.status == 429
        assert 1 <= int(refused.headers["retry-after"]) <= 6
        with (
            grpc.insecure_channel(f"127.0.0.1:{one.grpc_port}") as channel,
            pytest.raises(grpc.RpcError) as raised,
        ):
            TraceServiceStub(channel).Export(body)  # type: ignore[no-untyped-call]  # generated
        error: Any = raised.value
        assert error.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
        trailing = {item.key: item.value for item in error.trailing_metadata()}
        (detail,) = RpcStatus.FromString(trailing["grpc-status-details-bin"]).details
        retry = RetryInfo()
        assert detail.Unpack(retry)
        assert 0 < retry.retry_delay.ToTimedelta().total_seconds() <= 6
        counts = one.end()
    assert (counts["accepted_spans"], counts["refused_requests"]) == (50, 2)


def test_other_signals_are_not_implemented(running: Collecting) -> None:
    with (
        grpc.insecure_channel(f"127.0.0.1:{running.grpc_port}") as channel,
        pytest.raises(grpc.RpcError) as raised,
    ):
        MetricsServiceStub(channel).Export(ExportMetricsServiceRequest())  # type: ignore[no-untyped-call]  # generated
    error: Any = raised.value
    assert error.code() is grpc.StatusCode.UNIMPLEMENTED
    assert running.end()["refused_requests"] == 0


def hostile() -> dict[str, tuple[bytes, tuple[str, ...], int]]:
    """Return bodies that are meant to hurt, with their headers and the status they deserve."""
    four_mb = 4 * 1024 * 1024 - 100
    return {
        "100 MB": (bytes(100_000_000), (PROTOBUF,), 413),
        "gzip bomb": (gzip_bomb(), (PROTOBUF, GZIP), 413),
        "a million attributes": (many_attributes(1_000_000), (PROTOBUF,), 413),
        "a million in JSON": (
            b'{"resourceSpans":[{"resource":{"attributes":[' + b"{}," * 1_000_000 + b"{}]}}]}",
            (JSON,),
            413,
        ),
        "nothing but groups": (b"\x0a\x00" * (four_mb // 2), (PROTOBUF,), 413),
        "deep JSON": (b'{"resourceSpans":' + b"[" * 90_000, (JSON,), 400),
        "deep values": (deep_values(), (JSON,), 400),
    }


def gzip_bomb() -> bytes:
    """Return a gzip of 300 MB of zeros, in 300 KB, without ever making them."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    packed = b"".join(packer.compress(bytes(10_000_000)) for _ in range(30))
    return packed + packer.flush()


def deep_values() -> bytes:
    inside = b'{"arrayValue":{"values":[' * 30_000 + b"]}}" * 30_000
    return b'{"resourceSpans":[{"resource":{"attributes":[{"key":"a","value":' + inside + b"}]}}]}"


def test_whatever_is_sent_it_stays_small_and_goes_on(running: Collecting) -> None:
    chunks = b"%x\r\n%b\r\n" % (1_000_000, bytes(1_000_000)) * 100
    head = f"POST /v1/traces HTTP/1.1\r\n{PROTOBUF}\r\nTransfer-Encoding: chunked\r\n\r\n"
    assert running.send(head.encode() + chunks).status == 413
    for name, (body, headers, status) in hostile().items():
        assert (name, running.post(body, *headers).status) == (name, status)
        assert running.growth_mb() < MOST_GROWTH_MB, name
    assert running.post(request(span()).SerializeToString(), PROTOBUF).status == 200
    assert len(running.spans(1)) == 1
    counts = running.end()
    assert (counts["accepted_spans"], counts["refused_requests"]) == (1, len(hostile()) + 1)


def test_over_grpc_it_stays_small_too(running: Collecting) -> None:
    with grpc.insecure_channel(
        f"127.0.0.1:{running.grpc_port}", options=[("grpc.max_send_message_length", -1)]
    ) as channel:
        export: Any = channel.unary_unary(
            "/opentelemetry.proto.collector.trace.v1.TraceService/Export"
        )
        for body, compression, code in (
            (bytes(100_000_000), None, grpc.StatusCode.RESOURCE_EXHAUSTED),
            (bytes(300_000_000), grpc.Compression.Gzip, grpc.StatusCode.RESOURCE_EXHAUSTED),
            (many_attributes(1_000_000), None, grpc.StatusCode.RESOURCE_EXHAUSTED),
            (b"\xff" * 50, None, grpc.StatusCode.INVALID_ARGUMENT),
        ):
            with pytest.raises(grpc.RpcError) as raised:
                export(body, compression=compression, timeout=30)
            error: Any = raised.value
            assert error.code() is code
            assert running.growth_mb() < MOST_GROWTH_MB
        export(request(span()).SerializeToString())
    assert len(running.spans(1)) == 1
    counts = running.end()
    assert (counts["accepted_spans"], counts["refused_requests"]) == (1, 4)


def test_a_span_keeps_its_first_attributes_and_counts_the_others(running: Collecting) -> None:
    answer = running.post(many_attributes(20_000), PROTOBUF)
    assert (answer.status, answer.take_body()) == (200, b"")
    (row,) = running.spans(1)
    assert (len(row.attributes), row.dropped_attributes) == (128, 20_000 - 128)
    assert running.end()["dropped_attributes"] == 20_000 - 128


def test_a_body_in_pieces_and_one_that_waits_to_be_asked_for_are_taken(
    running: Collecting,
) -> None:
    body = request(span()).SerializeToString()
    chunks = b"".join(b"1\r\n%c\r\n" % byte for byte in body) + b"0\r\n\r\n"
    head = f"POST /v1/traces HTTP/1.1\r\nHost: x\r\n{PROTOBUF}\r\n"
    chunked = head.encode() + b"Transfer-Encoding: chunked\r\n\r\n" + chunks
    assert running.send(chunked).status == 200
    large = b"%x\r\n%b\r\n" % (1_000_000, bytes(1_000_000)) * 5
    refused = running.send(head.encode() + b"Transfer-Encoding: chunked\r\n\r\n" + large)
    assert (refused.status, refused.keep_alive) == (413, False)
    asking = f"{head}Expect: 100-continue\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    assert running.send(asking + body).status == 200
    assert running.end()["accepted_spans"] == 2


def test_a_head_without_an_end_is_refused(running: Collecting) -> None:
    endless = b"POST /v1/traces HTTP/1.1\r\nX: " + b"x" * 200_000
    assert running.send(endless).status == 431


def test_more_connections_than_there_may_be_are_sent_away(tmp_path: Path) -> None:
    with collector(tmp_path, Limits(connections=3)) as one:
        address = ("127.0.0.1", one.http_port)
        held = [socket.create_connection(address, timeout=10) for _ in range(4)]
        assert read_answer(held[3]).status == 503
        for connection in held:
            connection.close()


def test_a_sender_that_takes_too_long_is_sent_away(tmp_path: Path) -> None:
    body = request(span()).SerializeToString()
    lines = ("POST /v1/traces HTTP/1.1", "Host: x", PROTOBUF, f"Content-Length: {len(body)}")
    head = ("\r\n".join(lines) + "\r\n\r\n").encode()
    with collector(tmp_path, Limits(request_s=0.5)) as one:
        address = ("127.0.0.1", one.http_port)
        with socket.create_connection(address, timeout=10) as slow:
            slow.sendall(head)
            assert read_answer(slow).status == 408
        with socket.create_connection(address, timeout=10) as silent:
            assert silent.recv(1) == b""
        with socket.create_connection(address, timeout=10) as idle:
            for _ in range(2):
                idle.sendall(head + body)
                assert read_answer(idle).status == 200
                time.sleep(0.7)  # between two requests there is more time
        assert one.end()["refused_requests"] == 1


def test_a_killed_collector_leaves_what_it_wrote_and_one_after_it_goes_on(tmp_path: Path) -> None:
    body = request(span()).SerializeToString()
    for killed in (True, False):
        with collector(tmp_path) as one:
            assert one.post(body, PROTOBUF).status == 200
            one.spans(1 if killed else 2)
            if killed:
                os.kill(one.pid, signal.SIGKILL)
            else:
                one.end()
    (path,) = RunFolder(tmp_path).collected.iterdir()
    reader = SpoolReader(path)
    reader.read()
    fact = reader.fact()
    assert (fact.ended, fact.lost) == (False, 0)


def test_one_whose_conductor_is_gone_ends_in_order(tmp_path: Path) -> None:
    config = tmp_path / "collector-0.json"
    config.write_bytes(msgspec.json.encode(CollectorConfig(run_folder=str(tmp_path))))
    child = Child("collector", "telemetry.collector", config, tmp_path / "log")
    try:
        await_word(child, "ready", 20)
        child.release()
        assert child.wait(10)
        assert child.exit_code() == 0
    finally:
        child.kill()
        child.close()
    reader = SpoolReader(tmp_path / "collected" / "collector-0.ndjson")
    reader.read()
    assert reader.fact().ended


def test_a_client_that_reads_no_answer_is_cut_off(running: Collecting) -> None:
    empty = f"POST /v1/traces HTTP/1.1\r\n{JSON}\r\nContent-Length: 2\r\n\r\n{{}}".encode()
    address = ("127.0.0.1", running.http_port)
    gone = (BrokenPipeError, ConnectionResetError)
    with socket.create_connection(address, timeout=20) as deaf, pytest.raises(gone):
        deaf.sendall(empty * 1_000_000)
    assert running.growth_mb() < MOST_GROWTH_MB
    assert running.post(b"{}", JSON).status in {200, 429}
