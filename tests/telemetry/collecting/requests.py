"""OTLP requests for tests, in protobuf's own words."""

from collections.abc import Mapping

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, InstrumentationScope, KeyValue
from opentelemetry.proto.resource.v1.resource_pb2 import Resource
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans, ScopeSpans, Span

TRACE_ID, SPAN_ID = bytes(range(1, 17)), bytes(range(101, 109))


def span(
    *,
    trace_id: bytes = TRACE_ID,
    span_id: bytes = SPAN_ID,
    attributes: Mapping[str, str] | None = None,
) -> Span:
    """Return one span."""
    pairs = [pair(name, AnyValue(string_value=value)) for name, value in (attributes or {}).items()]
    return Span(
        trace_id=trace_id,
        span_id=span_id,
        name="route",
        kind=Span.SPAN_KIND_SERVER,
        start_time_unix_nano=1_700_000_000_000_000_000,
        end_time_unix_nano=1_700_000_000_000_000_500,
        attributes=pairs,
    )


def pair(name: str, value: AnyValue) -> KeyValue:
    """Return one attribute."""
    return KeyValue(key=name, value=value)


def request(*spans: Span) -> ExportTraceServiceRequest:
    """Return a request of one resource and scope."""
    resource = Resource(attributes=[pair("service.name", AnyValue(string_value="gateway"))])
    scope = ScopeSpans(scope=InstrumentationScope(name="router", version="1"), spans=spans)
    return ExportTraceServiceRequest(
        resource_spans=[ResourceSpans(resource=resource, scope_spans=[scope])]
    )


def many_attributes(count: int) -> bytes:
    """Return a request with one span that has so many attributes, about 10 bytes each."""
    one = span()
    one.attributes.extend(pair(f"{number:x}", AnyValue(bool_value=True)) for number in range(count))
    body: bytes = request(one).SerializeToString()
    return body
