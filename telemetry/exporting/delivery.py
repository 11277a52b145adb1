"""Hands spans or log records to an OTLP backend through the official exporters, and hears it.

The exporters say SUCCESS or FAILURE and keep to themselves which status it was, for how long to
wait, and that a part was rejected; over HTTP they also take a redirection for success. All of that
is heard here where it comes in: from the HTTP session, and from the gRPC stub.
"""

import os
from collections.abc import Callable, Iterable, Sequence
from enum import Enum
from typing import Any, Literal, Protocol

import grpc
import msgspec
import requests
from google.rpc.error_details_pb2 import RetryInfo
from google.rpc.status_pb2 import Status
from opentelemetry.exporter.otlp.proto.grpc import trace_exporter as over_grpc
from opentelemetry.exporter.otlp.proto.http import trace_exporter as over_http
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

from telemetry.exporting.destination import SettingError

Kind = Literal["taken", "later", "too_large", "refused"]
RETRY_INFO = "google.rpc.retryinfo-bin"
STATUS_DETAILS = "grpc-status-details-bin"
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
    "OTEL_PYTHON_EXPORTER_OTLP_HTTP_{}_CREDENTIAL_PROVIDER",
)
_SUCCESS = 0
"""The value of every signal's result for a batch that was taken."""


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
Deliver = Callable[[Sequence[Any]], Answer]
Hear = Callable[[Answer], None]
_MOST_SAID = 300


class Exporter(Protocol):
    """An official exporter of one signal, as the SDK's interfaces have it."""

    def export(self, batch: Any, /) -> Enum:  # noqa: ANN401 - each signal's own
        """Send a batch; returns a result whose value is 0 where it was taken."""

    def shutdown(self) -> None:
        """Send nothing more."""


Make = Callable[[str, Hear], Exporter]
"""Makes an exporter for a protocol that tells what it hears."""


class Delivery:
    """One exporter for one run; calls may block as long as `OTEL_EXPORTER_OTLP_TIMEOUT` says."""

    def __init__(self, protocol: str, make: "Make | None" = None) -> None:
        """`protocol` is `grpc` or `http/protobuf`; spans unless told; raises SettingError."""
        self._heard: list[Answer] = []
        try:
            self._exporter = (make or of_spans)(protocol, self._heard.append)
        except (ValueError, TypeError, OSError, RuntimeError, ImportError) as error:
            raise SettingError(f"cannot export by {protocol}: {error}") from error

    def deliver(self, batch: Sequence[Any]) -> Answer:
        """Send one batch and return what was said to it."""
        self._heard.clear()
        result = self._exporter.export(batch)
        heard = self._heard[-1] if self._heard else None
        if result.value == _SUCCESS:
            return heard or TAKEN
        if heard is None or heard.kind == "taken":
            return Answer(kind="later", reason="no answer")
        return heard

    def close(self) -> None:
        """Give up what is being sent, in whatever thread, and take no more."""
        self._exporter.shutdown()


def of_spans(protocol: str, hear: Hear) -> Exporter:
    """Return the exporter of spans."""
    if protocol == "grpc":
        return _SpansOverGrpc(hear)
    session = heard_session("TRACES", hear)
    return over_http.OTLPSpanExporter(session=session)


def heard_session(signal: str, hear: Hear) -> requests.Session | None:
    """Return a session that is listened to; None where another is asked for, which is not heard."""
    if any(os.environ.get(name.format(signal)) for name in _CREDENTIAL_PROVIDERS):
        return None
    return _HeardSession(hear)


class _HeardSession(requests.Session):
    """A session that is listened to, and whose certificates are those that it was given."""

    def __init__(self, hear: Hear) -> None:
        super().__init__()
        self._hear = hear

    def merge_environment_settings(self, *arguments: Any, **named: Any) -> Any:  # noqa: ANN401 - its own
        """Return a request's settings: requests lets REQUESTS_CA_BUNDLE win over `verify`."""
        settings: Any = super().merge_environment_settings(*arguments, **named)
        if self.verify is not True:
            settings["verify"] = self.verify
        return settings

    def send(self, *arguments: Any, **named: Any) -> requests.Response:  # noqa: ANN401 - its own
        """Send a request and hear what comes of it."""
        try:
            response = super().send(*arguments, **named)
        except requests.RequestException as error:
            self._hear(Answer(kind="later", reason=f"no answer: {_innermost(error)}"))
            raise
        self._hear(of_http(response))
        return response


def _innermost(error: BaseException) -> BaseException:
    """Return what an error began with: its words name no address, and so no credentials."""
    while error.__context__ is not None:
        error = error.__context__
    return error


class HeardOverGrpc:
    """What makes an official exporter's stub listened to; retries are its caller's business."""

    def __init__(self, hear: Hear) -> None:
        self._hear = hear
        # A code that never is an error: what is transient waits its time outside.
        super().__init__(retryable_error_codes=[grpc.StatusCode.OK])  # type: ignore[call-arg] # the exporter's

    def _initialize_channel_and_stub(self) -> None:
        """Make the stub, at first and whenever the exporter connects again."""
        super()._initialize_channel_and_stub()  # type: ignore[misc] # the SDK's
        self._client: Any = HeardStub(self._client, self._hear)


class _SpansOverGrpc(HeardOverGrpc, over_grpc.OTLPSpanExporter):
    """The official exporter of spans, heard."""


class HeardStub:
    """A stub of an official exporter, for any signal, that passes on what the backend answers."""

    def __init__(self, stub: Any, hear: Hear) -> None:  # noqa: ANN401 - one per signal, generated
        self._stub = stub
        self._hear = hear

    def Export(self, **arguments: Any) -> Any:  # noqa: N802, ANN401 - gRPC's
        """Send a request, and hear what becomes of it."""
        try:
            response = self._stub.Export(**arguments)
        except grpc.RpcError as error:
            self._hear(of_grpc(error))
            raise
        # The answers of all signals are alike but for the names of their fields.
        self._hear(_taken(_parsed(response.SerializeToString())))
        return response


def of_http(response: requests.Response) -> Answer:
    """Return what a backend's answer over HTTP means; alike for all signals."""
    status = response.status_code
    said = f"HTTP {status} {response.reason}".strip() + _words_of(response)
    if 200 <= status < 300:
        return _taken(_parsed(response.content))
    if status == 413:
        return Answer(kind="too_large", reason=said)
    if status in _LATER:
        after_s = _retry_after_s(response.headers.get("retry-after"))
        return Answer(kind="later", reason=said, retry_after_s=after_s)
    return Answer(kind="refused", reason=said)


def _words_of(response: requests.Response) -> str:
    """Return what a refusal says in plain text, as Prometheus does; a page or a message is none."""
    if not response.headers.get("content-type", "").startswith("text/plain"):
        return ""
    said = response.text[:_MOST_SAID].strip()
    return f": {said}" if said not in ("", response.reason) else ""


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


def _taken(response: Any) -> Answer:  # noqa: ANN401 - any signal's: the count is its first field
    part = response.partial_success
    rejected = getattr(part, part.DESCRIPTOR.fields[0].name)
    return Answer(kind="taken", reason=part.error_message, rejected=rejected)


def of_grpc(error: Any) -> Answer:  # noqa: ANN401 - gRPC's errors have more than their type says
    """Return what a backend's error over gRPC means; alike for all signals."""
    code, details = error.code(), str(error.details() or "")
    said = f"gRPC {code.name}: {details}"
    after_s = _retry_delay_s(error.trailing_metadata() or ())
    if code is grpc.StatusCode.RESOURCE_EXHAUSTED and after_s is None and "larger" in details:
        return Answer(kind="too_large", reason=said)
    kind: Kind = "refused" if code in _REFUSING else "later"
    return Answer(kind=kind, reason=said, retry_after_s=after_s)


def _retry_delay_s(metadata: Iterable[tuple[str, Any]]) -> float | None:
    """Return how long a backend wants to be left alone, in either place where it may say so."""
    for key, value in metadata:
        if key == RETRY_INFO:
            return _seconds(RetryInfo.FromString(value))
        if key == STATUS_DETAILS:
            for detail in Status.FromString(value).details:
                if detail.Is(RetryInfo.DESCRIPTOR):
                    return _seconds(RetryInfo.FromString(detail.value))
    return None


def _seconds(info: RetryInfo) -> float:
    return float(info.retry_delay.seconds + info.retry_delay.nanos / 1e9)
