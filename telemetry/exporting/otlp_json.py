"""Spans as OTLP's JSON: ids as hex digits, 64-bit integers as text, enums as numbers; pure.

Written here rather than by protobuf's own JSON, which knows ids only as base64 and takes longer.
Formats: opentelemetry.io/docs/specs/otlp ("JSON Protobuf Encoding") and
protobuf.dev/programming-guides/json.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import Link, SpanContext, Status

Object = dict[str, Any]

_HAS_IS_REMOTE, _IS_REMOTE = 0x100, 0x200
_NOT_FINITE = {math.inf: "Infinity", -math.inf: "-Infinity"}
_encode = msgspec.json.Encoder().encode


def traces_data(spans: Iterable[ReadableSpan]) -> bytes:
    """Return one `TracesData` with these spans, by resource and scope, on one line."""
    resources: dict[int, tuple[Resource, dict[InstrumentationScope | None, list[Object]]]] = {}
    for span in spans:
        _, scopes = resources.setdefault(id(span.resource), (span.resource, {}))
        scopes.setdefault(span.instrumentation_scope, []).append(_span(span))
    return _encode({"resourceSpans": [_of_resource(*one) for one in resources.values()]})


def _of_resource(
    resource: Resource, scopes: Mapping[InstrumentationScope | None, list[Object]]
) -> Object:
    return {
        "resource": {"attributes": _attributes(resource.attributes)},
        "scopeSpans": [_of_scope(scope, spans) for scope, spans in scopes.items()],
        **_present(schemaUrl=resource.schema_url),
    }


def _of_scope(scope: InstrumentationScope | None, spans: list[Object]) -> Object:
    if scope is None:
        return {"scope": {}, "spans": spans}
    named = _present(name=scope.name, version=scope.version)
    return {"scope": named, "spans": spans, **_present(schemaUrl=scope.schema_url)}


def _span(span: ReadableSpan) -> Object:
    context, parent = span.context, span.parent
    return {
        "traceId": f"{context.trace_id:032x}",
        "spanId": f"{context.span_id:016x}",
        "name": span.name,
        "kind": span.kind.value + 1,
        "startTimeUnixNano": str(span.start_time),
        "endTimeUnixNano": str(span.end_time),
        "status": _status(span.status),
        "flags": _flags(parent),
        **_present(
            traceState=context.trace_state.to_header(),
            parentSpanId=f"{parent.span_id:016x}" if parent else "",
            attributes=_attributes(span.attributes or {}),
            links=[_link(link) for link in span.links],
            droppedAttributesCount=span.dropped_attributes,
            droppedEventsCount=span.dropped_events,
            droppedLinksCount=span.dropped_links,
        ),
    }


def _link(link: Link) -> Object:
    return {
        "traceId": f"{link.context.trace_id:032x}",
        "spanId": f"{link.context.span_id:016x}",
        "flags": _flags(link.context),
        **_present(attributes=_attributes(link.attributes or {})),
    }


def _status(status: Status) -> Object:
    return _present(code=status.status_code.value, message=status.description)


def _flags(context: SpanContext | None) -> int:
    return _HAS_IS_REMOTE | (_IS_REMOTE if context is not None and context.is_remote else 0)


def _attributes(attributes: Mapping[str, Any]) -> list[Object]:
    return [{"key": key, "value": _value(value)} for key, value in attributes.items()]


def _value(value: object) -> Object:
    if isinstance(value, Mapping):
        pairs = _attributes({str(key): one for key, one in value.items()})
        return {"kvlistValue": {"values": pairs}}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return {"arrayValue": {"values": [_value(one) for one in value]}}
    return _scalar(value)


def _scalar(value: object) -> Object:
    match value:
        case bool():
            return {"boolValue": value}
        case int():
            return {"intValue": str(value)}
        case float():
            return {"doubleValue": _double(value)}
        case str():
            return {"stringValue": value}
        case _:
            return {}


def _double(value: float) -> float | str:
    return value if math.isfinite(value) else _NOT_FINITE.get(value, "NaN")


def _present(**fields: Any) -> Object:  # noqa: ANN401 - JSON
    """Return the fields that say something: a reader takes what is absent for empty."""
    return {name: value for name, value in fields.items() if value}
