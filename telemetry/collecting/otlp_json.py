"""Reads OTLP trace requests in JSON: protobuf's JSON mapping, with ids as hex digits.

Format: opentelemetry.io/docs/specs/otlp, "JSON Protobuf Encoding": names in lowerCamelCase, enums
as numbers, 64-bit integers as numbers or digits, unknown names passed over.
"""

import base64
import binascii
from collections.abc import Iterator
from typing import Any

import msgspec

from telemetry.collecting.limits import Limits
from telemetry.collecting.refusal import malformed, too_large
from telemetry.collecting.spans import Sender, Unfit, made_span
from telemetry.collecting.values import Attributes, encoded, kept, number, text, whole_number
from telemetry.not_json import NOT_JSON
from telemetry.rows import SpanCollected


class _Message(msgspec.Struct, rename="camel", gc=False):
    """What every message of OTLP is in JSON."""


class _Array(_Message):
    values: tuple["_AnyValue", ...] = ()


class _Map(_Message):
    values: tuple["_KeyValue", ...] = ()


class _AnyValue(_Message):
    string_value: str | None = None
    bool_value: bool | None = None
    int_value: int | str | None = None
    double_value: float | str | None = None
    bytes_value: str | None = None
    array_value: _Array | None = None
    kvlist_value: _Map | None = None


class _KeyValue(_Message):
    key: str = ""
    value: _AnyValue | None = None


class _Status(_Message):
    code: int = 0
    message: str = ""


class _Span(_Message):
    trace_id: str = ""
    span_id: str = ""
    parent_span_id: str | None = ""
    trace_state: str | None = ""
    name: str = ""
    kind: int = 0
    start_time_unix_nano: int | str = 0
    end_time_unix_nano: int | str = 0
    status: _Status | None = None
    attributes: tuple[_KeyValue, ...] = ()
    dropped_attributes_count: int = 0
    events: tuple[msgspec.Raw, ...] = ()
    dropped_events_count: int = 0
    links: tuple[msgspec.Raw, ...] = ()
    dropped_links_count: int = 0


class _Scope(_Message):
    name: str = ""
    version: str = ""


class _ScopeSpans(_Message):
    scope: _Scope | None = None
    spans: tuple[msgspec.Raw, ...] = ()


class _Resource(_Message):
    attributes: tuple[_KeyValue, ...] = ()


class _ResourceSpans(_Message):
    resource: _Resource | None = None
    scope_spans: tuple[_ScopeSpans, ...] = ()


class _Request(_Message):
    resource_spans: tuple[_ResourceSpans, ...] = ()


_REQUEST = msgspec.json.Decoder(_Request)
_SPAN = msgspec.json.Decoder(_Span)


class JsonReader:
    """Reads one request; a span that is none comes as `Unfit`."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits

    def spans(self, body: bytes) -> Iterator[SpanCollected | Unfit]:
        """Yield the spans in order; raises RefusedError for what is no request."""
        if body.count(b"{") + body.count(b"[") > self._limits.messages:
            raise too_large(f"more than {self._limits.messages} objects and lists")
        try:
            request = _REQUEST.decode(body)
        except NOT_JSON as error:
            raise malformed(f"not an ExportTraceServiceRequest: {error}") from error
        for of_resource in request.resource_spans:
            values = self._attributes((of_resource.resource or _Resource()).attributes)
            for of_scope in of_resource.scope_spans:
                yield from self._of_scope(of_scope, values)

    def _of_scope(
        self, found: _ScopeSpans, resource: Attributes
    ) -> Iterator[SpanCollected | Unfit]:
        scope = found.scope or _Scope()
        name, version = text(scope.name, self._limits), text(scope.version, self._limits)
        sender = Sender(resource, name, version)
        for raw in found.spans:
            yield self._span(raw, sender)

    def _span(self, raw: msgspec.Raw, sender: Sender) -> SpanCollected | Unfit:
        data = memoryview(raw)
        if len(data) > self._limits.span_bytes:
            return Unfit(f"a span of more than {self._limits.span_bytes} bytes")
        try:
            span = _SPAN.decode(data)
        except NOT_JSON as error:
            raise malformed(f"not a span: {error}") from error
        status = span.status or _Status()
        return made_span(
            sender,
            self._limits,
            trace_id=span.trace_id.lower(),
            span_id=span.span_id.lower(),
            parent_span_id=(span.parent_span_id or "").lower(),
            trace_state=span.trace_state or "",
            name=span.name,
            kind=span.kind,
            start_unix_ns=whole_number(span.start_time_unix_nano, bits=64),
            end_unix_ns=whole_number(span.end_time_unix_nano, bits=64),
            status=status.code,
            status_message=status.message,
            attributes=self._attributes(span.attributes),
            attributes_sent=len(span.attributes) + _count(span.dropped_attributes_count),
            events=len(span.events) + _count(span.dropped_events_count),
            links=len(span.links) + _count(span.dropped_links_count),
        )

    def _attributes(self, pairs: tuple[_KeyValue, ...]) -> Attributes:
        return kept(((pair.key, self._value(pair.value, 1)) for pair in pairs), self._limits)

    def _value(self, value: _AnyValue | None, depth: int) -> Any:  # noqa: ANN401 - any attribute's
        if value is None:
            return None
        if value.array_value is not None or value.kvlist_value is not None:
            return self._nested(value, depth + 1) if depth < self._limits.depth else None
        if value.string_value is not None:
            return text(value.string_value, self._limits)
        if value.bytes_value is not None:
            return encoded(_bytes(value.bytes_value), self._limits)
        return value.bool_value if value.bool_value is not None else _number(value)

    def _nested(self, value: _AnyValue, depth: int) -> Any:  # noqa: ANN401 - as above
        if value.array_value is not None:
            items = value.array_value.values[: self._limits.items]
            return [self._value(item, depth) for item in items]
        pairs = () if value.kvlist_value is None else value.kvlist_value.values
        return {
            text(pair.key, self._limits): self._value(pair.value, depth)
            for pair in pairs[: self._limits.items]
        }


def _number(value: _AnyValue) -> float | str | None:
    if value.int_value is not None:
        return whole_number(value.int_value)
    return None if value.double_value is None else _double(value.double_value)


def _double(value: float | str) -> float | str:
    try:
        return number(float(value))
    except (ValueError, OverflowError) as error:
        raise malformed("a double is none") from error


def _bytes(value: str) -> bytes:
    try:
        return base64.b64decode(value)
    except (binascii.Error, ValueError) as error:
        raise malformed("bytes are not base64") from error


def _count(value: int) -> int:
    return whole_number(value, bits=32)
