"""Spans reach a backend over gRPC and over HTTP, each under its parent."""

import gzip
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import grpc
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2_grpc import (
    TraceServiceServicer,
    add_TraceServiceServicer_to_server,
)
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from telemetry import names
from telemetry.assembly import Assembly
from telemetry.export import SPANS_PER_BATCH, Exported, export
from telemetry.record import Record
from telemetry.run_spans import Injected
from telemetry.span_attributes import Served
from telemetry.spans import Described, SpanMaker
from tests.telemetry.scenes import BIG_NS, CLOCK, MS, TAG, failover, opened

pytestmark = pytest.mark.live

ENDPOINTS = {"azure": Served("azure.ai.openai", "gpt-4o"), "vertex": Served("gcp.vertex_ai", "g")}
DESCRIBED = Described(endpoints=ENDPOINTS, injected={"outage": Injected("http_error")})
EXCHANGES = 150
"""Five spans each: more than one batch."""


class Backend:
    """What an OTLP backend received, and how it answers."""

    def __init__(self) -> None:
        self.requests: list[ExportTraceServiceRequest] = []
        self.headers: dict[str, str] = {}
        self.refuse_after: int | None = None

    def take(self, request: ExportTraceServiceRequest, headers: dict[str, str]) -> bool:
        if self.refuse_after is not None and len(self.requests) >= self.refuse_after:
            return False
        self.requests.append(request)
        self.headers = headers
        return True

    @property
    def spans(self) -> list[Span]:
        return [
            span
            for request in self.requests
            for resource in request.resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]

    @property
    def resource(self) -> dict[str, Any]:
        return attributes(self.requests[0].resource_spans[0].resource.attributes)


class Servicer(TraceServiceServicer):
    def __init__(self, backend: Backend) -> None:
        self._backend = backend

    def Export(  # noqa: N802 - the service's own name
        self, request: ExportTraceServiceRequest, context: grpc.ServicerContext
    ) -> ExportTraceServiceResponse:
        headers = {str(key): str(value) for key, value in context.invocation_metadata()}
        if not self._backend.take(request, headers):
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, "no more, thank you")
        return ExportTraceServiceResponse()


@pytest.fixture(name="backend", params=["grpc", "http/protobuf"])
def running_backend(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Backend]:
    backend = Backend()
    serve = over_grpc if request.param == "grpc" else over_http
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_PROTOCOL", request.param)
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_HEADERS", "x-tenant=crew")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_COMPRESSION", "gzip")
    yield from serve(backend, monkeypatch)


def over_grpc(backend: Backend, monkeypatch: pytest.MonkeyPatch) -> Iterator[Backend]:
    server = grpc.server(ThreadPoolExecutor(2))
    add_TraceServiceServicer_to_server(Servicer(backend), server)  # type: ignore[no-untyped-call] # generated
    port = server.add_insecure_port("127.0.0.1:0")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://127.0.0.1:{port}")
    server.start()
    yield backend
    server.stop(None).wait()


def over_http(backend: Backend, monkeypatch: pytest.MonkeyPatch) -> Iterator[Backend]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            if self.headers.get("content-encoding") == "gzip":
                body = gzip.decompress(body)
            request = ExportTraceServiceRequest.FromString(body)
            headers = {name.lower(): value for name, value in self.headers.items()}
            taken = self.path == "/v1/traces" and backend.take(request, headers)
            self.send_response(200 if taken else 400, "no more, thank you")
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing: a test's output is its own."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield backend
    server.shutdown()
    server.server_close()
    thread.join()


def record_of(exchanges: int) -> Record:
    assembly = Assembly()
    assembly.take("conductor-0", opened("conductor"))
    for number in range(exchanges):
        for name, rows in failover(number, BIG_NS + number * MS).items():
            assembly.take_all((name, row) for row in rows)
    return assembly.record(TAG)


def attributes(pairs: Any) -> dict[str, Any]:
    return {pair.key: getattr(pair.value, pair.value.WhichOneof("value")) for pair in pairs}


def send(record: Record) -> Exported:
    return export(record, run_id="run-1", described=DESCRIBED)


def test_every_span_arrives_under_its_parent(backend: Backend) -> None:
    record = record_of(EXCHANGES)
    assert send(record) == Exported(sent=5 * EXCHANGES, failed=0)
    expected = {
        (span.trace_id, span.span_id, span.parent_span_id, span.name, span.start_ns, span.end_ns)
        for span in SpanMaker(record, DESCRIBED).spans()
    }
    received = [
        (
            span.trace_id.hex(),
            span.span_id.hex(),
            span.parent_span_id.hex(),
            span.name,
            span.start_time_unix_nano,
            span.end_time_unix_nano,
        )
        for span in backend.spans
    ]
    assert len(received) == 5 * EXCHANGES
    assert set(received) == expected
    assert len(backend.requests) == 2


def test_a_span_arrives_with_what_it_says(
    backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment.name=test")
    send(record_of(1))
    root, first, hop, second, _ = backend.spans
    assert [span.kind for span in (root, first, hop)] == [
        Span.SPAN_KIND_CLIENT,
        Span.SPAN_KIND_CLIENT,
        Span.SPAN_KIND_SERVER,
    ]
    assert root.start_time_unix_nano == CLOCK.wall_ns + MS
    assert attributes(root.attributes)[names.EXCHANGE_TIME_TO_FIRST_TOKEN] == 14
    assert attributes(hop.attributes)[names.FAULT_ID] == "outage"
    assert attributes(hop.attributes)[names.FAULT_KIND] == "http_error"
    assert attributes(second.attributes)[names.RESEND_COUNT] == 1
    assert (first.status.code, first.status.message) == (2, "server_error")
    assert backend.resource == {
        "service.name": "crosswind",
        "crosswind.run.id": "run-1",
        "crosswind.run.tag": TAG,
        "host.name": CLOCK.host,
        "deployment.environment.name": "test",
    }
    scope = backend.requests[0].resource_spans[0].scope_spans[0]
    assert (scope.scope.name, scope.schema_url) == ("crosswind", names.SCHEMA_URL)
    assert backend.headers["x-tenant"] == "crew"


def test_a_backend_that_refuses_halfway_is_told_of(backend: Backend) -> None:
    backend.refuse_after = 1
    exported = send(record_of(EXCHANGES))
    whole = SPANS_PER_BATCH // 5 * 5  # an exchange is sent whole
    assert (exported.sent, exported.failed) == (whole, 5 * EXCHANGES - whole)
    assert "127.0.0.1" in exported.reason


@pytest.mark.parametrize("protocol", ["grpc", "http/protobuf"])
def test_a_backend_that_is_not_there_is_told_of(
    protocol: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_PROTOCOL", protocol)
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "0.5")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9")
    exported = send(record_of(EXCHANGES))
    assert (exported.sent, exported.failed) == (0, 5 * EXCHANGES)
    assert "127.0.0.1:9" in exported.reason
