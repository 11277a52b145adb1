"""Reads OTLP trace requests in protobuf: `ExportTraceServiceRequest`, one span at a time.

Format: opentelemetry-proto 1.x, `trace/v1/trace.proto`.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from google.protobuf.message import DecodeError
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, InstrumentationScope, KeyValue
from opentelemetry.proto.resource.v1.resource_pb2 import Resource
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from telemetry.collecting.limits import Limits
from telemetry.collecting.refusal import malformed, too_large
from telemetry.collecting.spans import Sender, Unfit, made_span
from telemetry.collecting.values import Attributes, encoded, kept, number, text
from telemetry.collecting.wire import messages
from telemetry.rows import SpanCollected

_RESOURCE_SPANS = 1
_RESOURCE, _SCOPE_SPANS = 1, 2
_SCOPE, _SPANS = 1, 2


class ProtobufReader:
    """Reads one request; a span that is none comes as `Unfit`."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._messages = 0

    def spans(self, body: bytes) -> Iterator[SpanCollected | Unfit]:
        """Yield the spans in order; raises RefusedError for what is no request."""
        for field, of_resource in self._walk(memoryview(body)):
            if field == _RESOURCE_SPANS:
                yield from self._of_resource(of_resource)

    def _of_resource(self, data: memoryview) -> Iterator[SpanCollected | Unfit]:
        parts = list(self._walk(data))
        resource = Resource()
        for field, part in parts:
            if field == _RESOURCE:
                self._merge(resource, part)
        values = self._attributes(resource.attributes)
        for field, part in parts:
            if field == _SCOPE_SPANS:
                yield from self._of_scope(part, values)

    def _of_scope(self, data: memoryview, resource: Attributes) -> Iterator[SpanCollected | Unfit]:
        parts = list(self._walk(data))
        scope = InstrumentationScope()
        for field, part in parts:
            if field == _SCOPE:
                self._merge(scope, part)
        name, version = text(scope.name, self._limits), text(scope.version, self._limits)
        sender = Sender(resource, name, version)
        for field, part in parts:
            if field == _SPANS:
                yield self._span(part, sender)

    def _walk(self, data: memoryview) -> Iterator[tuple[int, memoryview]]:
        for field, part in messages(data):
            self._messages += 1
            if self._messages > self._limits.messages:
                raise too_large(f"more than {self._limits.messages} messages")
            yield field, part

    def _merge(self, into: Resource | InstrumentationScope | Span, data: memoryview) -> None:
        if len(data) > self._limits.span_bytes:
            raise too_large(f"a resource or scope of more than {self._limits.span_bytes} bytes")
        try:
            into.MergeFromString(bytes(data))
        except DecodeError as error:
            raise malformed("not an ExportTraceServiceRequest") from error

    def _span(self, data: memoryview, sender: Sender) -> SpanCollected | Unfit:
        if len(data) > self._limits.span_bytes:
            return Unfit(f"a span of more than {self._limits.span_bytes} bytes")
        span = Span()
        self._merge(span, data)
        return made_span(
            sender,
            self._limits,
            trace_id=span.trace_id.hex(),
            span_id=span.span_id.hex(),
            parent_span_id=span.parent_span_id.hex(),
            trace_state=span.trace_state,
            name=span.name,
            kind=span.kind,
            start_unix_ns=span.start_time_unix_nano,
            end_unix_ns=span.end_time_unix_nano,
            status=span.status.code,
            status_message=span.status.message,
            attributes=self._attributes(span.attributes),
            attributes_sent=len(span.attributes) + span.dropped_attributes_count,
            events=len(span.events) + span.dropped_events_count,
            links=len(span.links) + span.dropped_links_count,
        )

    def _attributes(self, pairs: Iterable[KeyValue]) -> Attributes:
        return kept(((pair.key, self._value(pair.value, 1)) for pair in pairs), self._limits)

    def _value(self, value: AnyValue, depth: int) -> Any:  # noqa: ANN401 - any attribute's
        match value.WhichOneof("value"):
            case "string_value":
                return text(value.string_value, self._limits)
            case "bool_value":
                return value.bool_value
            case "int_value":
                return value.int_value
            case "double_value":
                return number(value.double_value)
            case "bytes_value":
                return encoded(value.bytes_value, self._limits)
        return self._nested(value, depth + 1) if depth < self._limits.depth else None

    def _nested(self, value: AnyValue, depth: int) -> Any:  # noqa: ANN401 - as above
        match value.WhichOneof("value"):
            case "array_value":
                return [
                    self._value(v, depth) for v in value.array_value.values[: self._limits.items]
                ]
            case "kvlist_value":
                pairs = value.kvlist_value.values[: self._limits.items]
                return {
                    text(pair.key, self._limits): self._value(pair.value, depth) for pair in pairs
                }
        return None
