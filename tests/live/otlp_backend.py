"""An OTLP backend for traces, logs and metrics, over HTTP or gRPC, that answers as it is told."""

import gzip
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

import grpc
import trustme
from google.protobuf.any_pb2 import Any as Detail
from google.protobuf.duration_pb2 import Duration
from google.rpc.error_details_pb2 import RetryInfo
from google.rpc.status_pb2 import Status
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import (
    ExportLogsServiceRequest,
    ExportLogsServiceResponse,
)
from opentelemetry.proto.collector.logs.v1.logs_service_pb2_grpc import (
    LogsServiceServicer,
    add_LogsServiceServicer_to_server,
)
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
    ExportMetricsServiceResponse,
)
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2_grpc import (
    MetricsServiceServicer,
    add_MetricsServiceServicer_to_server,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2_grpc import (
    TraceServiceServicer,
    add_TraceServiceServicer_to_server,
)
from opentelemetry.proto.trace.v1.trace_pb2 import Span

GRPC = "grpc"
HTTP = "http/protobuf"


class Says(NamedTuple):
    """One answer: after how long, which status, and when to ask again; `silent`: none at all."""

    status: int = 200
    code: grpc.StatusCode = grpc.StatusCode.OK
    words: str = "no, thank you"
    after_s: float = 0.0
    retry_after_s: int | None = None
    silent: bool = False


TAKES = Says()


class Backend:
    """What a backend was asked and what it took; `answer` is given how often it was asked."""

    def __init__(self, protocol: str) -> None:
        self.protocol = protocol
        self.answer: Callable[[int], Says] = lambda _: TAKES
        self.spans: list[bytes] = []
        self.records: list[Any] = []
        self.metrics: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.ended = threading.Event()

    @property
    def asked(self) -> int:
        """How many requests there were."""
        return len(self.headers)

    @property
    def span_ids(self) -> list[bytes]:
        """The ids of the spans that were taken."""
        return [Span.FromString(span).span_id for span in self.spans]

    def take(self, request: Any, headers: dict[str, str]) -> Says:
        """Take a request of any signal, unless it is not to be taken."""
        says = self.answer(len(self.headers))
        self.headers.append(headers)
        self.ended.wait(says.after_s)
        if says.status == 200 and not says.silent:
            for resource in getattr(request, "resource_spans", ()):
                for scope in resource.scope_spans:
                    self.spans += [s.SerializeToString(deterministic=True) for s in scope.spans]
            for resource in getattr(request, "resource_logs", ()):
                for scope in resource.scope_logs:
                    self.records += scope.log_records
            for resource in getattr(request, "resource_metrics", ()):
                found = (metric for scope in resource.scope_metrics for metric in scope.metrics)
                self.metrics.append({metric.name: metric for metric in found})
        return says


@contextmanager
def backend(
    protocol: str, port: int = 0, tls: trustme.LeafCert | None = None
) -> Iterator[tuple[Backend, int]]:
    """Serve at a port of this host, over TLS with a certificate; yields (backend, port)."""
    one = Backend(protocol)
    serve = _over_grpc if protocol == GRPC else _over_http
    with serve(one, port, tls) as bound:
        try:
            yield one, bound
        finally:
            one.ended.set()


class _Traces(TraceServiceServicer):
    def __init__(self, one: Backend) -> None:
        self._one = one

    def Export(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802 - gRPC's
        _answer(self._one, request, context)
        return ExportTraceServiceResponse()


class _Logs(LogsServiceServicer):
    def __init__(self, one: Backend) -> None:
        self._one = one

    def Export(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802 - gRPC's
        _answer(self._one, request, context)
        return ExportLogsServiceResponse()


class _Metrics(MetricsServiceServicer):
    def __init__(self, one: Backend) -> None:
        self._one = one

    def Export(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802 - gRPC's
        _answer(self._one, request, context)
        return ExportMetricsServiceResponse()


REQUESTS: dict[str, Any] = {
    "/v1/traces": ExportTraceServiceRequest,
    "/v1/logs": ExportLogsServiceRequest,
    "/v1/metrics": ExportMetricsServiceRequest,
}


def _answer(one: Backend, request: Any, context: grpc.ServicerContext) -> None:
    says = one.take(request, {str(k): str(v) for k, v in context.invocation_metadata()})
    if says.silent:
        one.ended.wait(5.0)
    if says.code is grpc.StatusCode.OK:
        return
    if says.retry_after_s is not None:
        info = RetryInfo(retry_delay=Duration(seconds=says.retry_after_s))
        detail = Detail()
        detail.Pack(info)
        status = Status(code=says.code.value[0], message=says.words, details=[detail])
        context.set_trailing_metadata((("grpc-status-details-bin", status.SerializeToString()),))
    context.abort(says.code, says.words)


@contextmanager
def _over_grpc(one: Backend, port: int, tls: trustme.LeafCert | None) -> Iterator[int]:
    server = grpc.server(ThreadPoolExecutor(16), options=[("grpc.so_reuseport", 0)])
    add_TraceServiceServicer_to_server(_Traces(one), server)  # type: ignore[no-untyped-call] # generated
    add_LogsServiceServicer_to_server(_Logs(one), server)  # type: ignore[no-untyped-call] # generated
    add_MetricsServiceServicer_to_server(_Metrics(one), server)  # type: ignore[no-untyped-call] # generated
    address = f"127.0.0.1:{port}"
    if tls is None:
        bound = server.add_insecure_port(address)
    else:
        pair = tls.private_key_pem.bytes(), tls.cert_chain_pems[0].bytes()
        bound = server.add_secure_port(address, grpc.ssl_server_credentials([pair]))
    server.start()
    try:
        yield bound
    finally:
        one.ended.set()
        server.stop(None).wait()


@contextmanager
def _over_http(one: Backend, port: int, tls: trustme.LeafCert | None) -> Iterator[int]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            if self.headers.get("content-encoding") == "gzip":
                body = gzip.decompress(body)
            request = REQUESTS[self.path].FromString(body)
            says = one.take(request, {k.lower(): v for k, v in self.headers.items()})
            if says.silent:
                one.ended.wait(5.0)
                self.close_connection = True
                return
            self.send_response(says.status, says.words)
            if says.retry_after_s is not None:
                self.send_header("retry-after", str(says.retry_after_s))
            body = b"" if says.status == 200 else says.words.encode()
            self.send_header("content-type", "text/plain")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing: a test's output is its own."""

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    server.handle_error = lambda *_: None  # type: ignore[method-assign] # who went away is expected
    if tls is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.configure_cert(context)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield server.server_port
    finally:
        one.ended.set()
        server.shutdown()
        server.server_close()
        thread.join()


def wait_until(probe: Callable[[], bool], within_s: float = 10.0) -> None:
    """Wait for something to be true."""
    deadline = time.monotonic() + within_s
    while not probe():
        assert time.monotonic() < deadline, f"not within {within_s:g} s"
        time.sleep(0.02)
