"""Hands spans to an OTLP backend through the official exporters, and hears what it answers.

The exporters say SUCCESS or FAILURE and keep to themselves which status it was, for how long to
wait, and that a part was rejected; over HTTP they also take a redirection for success. All of that
is heard here where it comes in: from the HTTP session, and from the gRPC stub.
"""

import os
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Literal

import grpc
import msgspec
import requests
from google.rpc.error_details_pb2 import RetryInfo
from opentelemetry.exporter.otlp.proto.grpc import trace_exporter as over_grpc
from opentelemetry.exporter.otlp.proto.http import trace_exporter as over_http
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse
from opentelemetry.proto.collector.trace.v1.trace_service_pb2_grpc import TraceServiceStub
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult

from telemetry.exporting.destination import SettingError

Kind = Literal["taken", "later", "too_large", "refused"]
RETRY_INFO = "google.rpc.retryinfo-bin"
_LATER = {408, 429, 500, 502, 503, 504}
_REFUSING = {
    grpc.StatusCode.UNAUTHENTICATED,
    grpc.StatusCode.PERMISSION_DENIED,
    grpc.StatusCode.INVALID_ARGUMENT,
    grpc.StatusCode.UNIMPLEMENTED,
    grpc.StatusCode.NOT_FOUND,
    grpc.StatusCode.FAILED_PRECONDITION,
}
_CREDENTIAL_PROVIDERS = (
    "OTEL_PYTHON_EXPORTER_OTLP_HTTP_CREDENTIAL_PROVIDER",
    "OTEL_PYTHON_EXPORTER_OTLP_HTTP_TRACES_CREDENTIAL_PROVIDER",
)


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What a backend said to one batch, in its own words.

    `later`: not now, after `retry_after_s` where it says so. `too_large`: less at a time.
    `refused`: the same will not be taken again. `rejected`: so many of those taken were not kept.
    """

    kind: Kind
    reason: str = ""
    retry_after_s: float | None = None
    rejected: int = 0


TAKEN = Answer(kind="taken")
Deliver = Callable[[Sequence[ReadableSpan]], Answer]


class Delivery:
    """One exporter for one run; calls may block as long as `OTEL_EXPORTER_OTLP_TIMEOUT` says."""

    def __init__(self, protocol: str) -> None:
        """`protocol` is `grpc` or `http/protobuf`; raises SettingError."""
        self._heard: list[Answer] = []
        try:
            self._exporter = self._make(protocol)
        except (ValueError, TypeError, OSError, RuntimeError, ImportError) as error:
            raise SettingError(f"cannot export by {protocol}: {error}") from error

    def deliver(self, spans: Sequence[ReadableSpan]) -> Answer:
        """Send one batch and return what was said to it."""
        self._heard.clear()
        result = self._exporter.export(spans)
        heard = self._heard[-1] if self._heard else None
        if result is SpanExportResult.SUCCESS:
            return heard or TAKEN
        if heard is None or heard.kind == "taken":
            return Answer(kind="later", reason="no answer")
        return heard

    def close(self) -> None:
        """Give up what is being sent, in whatever thread, and take no more."""
        self._exporter.shutdown()

    def _make(self, protocol: str) -> SpanExporter:
        if protocol == "grpc":
            return _HeardOverGrpc(self._heard.append)
        if any(map(os.environ.get, _CREDENTIAL_PROVIDERS)):
            return over_http.OTLPSpanExporter()  # its own session: only success can be told
        session = requests.Session()
        session.hooks["response"] = [lambda response, **_: self._heard.append(_of_http(response))]
        return over_http.OTLPSpanExporter(session=session)


class _HeardOverGrpc(over_grpc.OTLPSpanExporter):
    """The official exporter, whose stub is listened to; retries are its caller's business."""

    def __init__(self, hear: Callable[[Answer], None]) -> None:
        self._hear = hear
        # A code that never is an error: what is transient waits its time outside.
        super().__init__(retryable_error_codes=[grpc.StatusCode.OK])

    def _initialize_channel_and_stub(self) -> None:
        """Make the stub, at first and whenever the exporter connects again."""
        super()._initialize_channel_and_stub()  # type: ignore[no-untyped-call] # the SDK's
        self._client: Any = _HeardStub(self._client, self._hear)


class _HeardStub:
    def __init__(self, stub: TraceServiceStub, hear: Callable[[Answer], None]) -> None:
        self._stub = stub
        self._hear = hear

    def Export(self, **arguments: Any) -> ExportTraceServiceResponse:  # noqa: N802, ANN401 - gRPC's
        try:
            response: ExportTraceServiceResponse = self._stub.Export(**arguments)
        except grpc.RpcError as error:
            self._hear(_of_grpc(error))
            raise
        self._hear(_taken(response))
        return response


def _of_http(response: requests.Response) -> Answer:
    status = response.status_code
    said = f"HTTP {status} {response.reason}".strip()
    if 200 <= status < 300:
        return _taken(_parsed(response.content))
    if status == 413:
        return Answer(kind="too_large", reason=said)
    if status in _LATER:
        after_s = _retry_after_s(response.headers.get("retry-after"))
        return Answer(kind="later", reason=said, retry_after_s=after_s)
    return Answer(kind="refused", reason=said)


def _parsed(content: bytes) -> ExportTraceServiceResponse:
    """Return the answer's message; an empty one for anything else, such as JSON."""
    try:
        response: ExportTraceServiceResponse = ExportTraceServiceResponse.FromString(content)
    except Exception:  # noqa: BLE001 - protobuf raises several kinds, and none matters here
        return ExportTraceServiceResponse()
    return response


def _retry_after_s(value: str | None) -> float | None:
    """Return the header's seconds; a date is left to the usual wait."""
    try:
        return max(0.0, float(value or ""))
    except ValueError:
        return None


def _taken(response: ExportTraceServiceResponse) -> Answer:
    part = response.partial_success
    return Answer(kind="taken", reason=part.error_message, rejected=part.rejected_spans)


def _of_grpc(error: Any) -> Answer:  # noqa: ANN401 - gRPC's errors have more than their type says
    code, details = error.code(), str(error.details() or "")
    said = f"gRPC {code.name}: {details}"
    after_s = _retry_delay_s(error.trailing_metadata() or ())
    if code is grpc.StatusCode.RESOURCE_EXHAUSTED and after_s is None and "larger" in details:
        return Answer(kind="too_large", reason=said)
    kind: Kind = "refused" if code in _REFUSING else "later"
    return Answer(kind=kind, reason=said, retry_after_s=after_s)


def _retry_delay_s(metadata: Iterable[tuple[str, Any]]) -> float | None:
    for key, value in metadata:
        if key == RETRY_INFO:
            delay = RetryInfo.FromString(value).retry_delay
            return float(delay.seconds + delay.nanos / 1e9)
    return None
