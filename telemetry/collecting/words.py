"""What OTLP answers, as protobuf bytes: the same over gRPC and over HTTP. Pure.

Formats: `ExportTraceServiceResponse` of opentelemetry-proto, `google.rpc.Status` with `RetryInfo`.
"""

from google.protobuf.any_pb2 import Any as AnyMessage
from google.protobuf.duration_pb2 import Duration
from google.rpc.error_details_pb2 import RetryInfo
from google.rpc.status_pb2 import Status
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTracePartialSuccess,
    ExportTraceServiceResponse,
)

from telemetry.clock import nanoseconds
from telemetry.collecting.refusal import RefusedError, Taken


def response(taken: Taken) -> bytes:
    """Return the answer to a request that was taken, whole or in part."""
    if not taken.refused:
        return b""
    partial = ExportTracePartialSuccess(rejected_spans=taken.refused, error_message=taken.reason)
    said: bytes = ExportTraceServiceResponse(partial_success=partial).SerializeToString()
    return said


def status(refusal: RefusedError) -> bytes:
    """Return why a request was refused, and when to come back where that helps."""
    made = Status(code=refusal.grpc_code, message=refusal.message)
    if refusal.retry_after_s is not None:
        delay = Duration()
        delay.FromNanoseconds(nanoseconds(refusal.retry_after_s))
        packed = AnyMessage()
        packed.Pack(RetryInfo(retry_delay=delay))
        made.details.append(packed)
    said: bytes = made.SerializeToString()
    return said
