"""Reads OTLP's JSON as stores and exporters really write it; pure.

Taken: `resourceSpans` or the older `batches`, also below `trace`; `scopeSpans` or the older
`instrumentationLibrarySpans`; ids as hex digits or base64; enums as numbers or by name; 64-bit
integers as digits or numbers. A span that is none is counted and passed over. Formats:
opentelemetry.io/docs/specs/otlp ("JSON Protobuf Encoding"), protobuf.dev/programming-guides/json.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from telemetry.foreign.span import Attributes, Span, Spans, UnfitSpanError, kept, made, whole
from telemetry.not_json import NOT_JSON

KINDS = ("", "INTERNAL", "SERVER", "CLIENT", "PRODUCER", "CONSUMER")
STATUSES = ("", "OK", "ERROR")
_PLAIN = ("stringValue", "boolValue", "doubleValue", "bytesValue")


class NotOtlpError(Exception):
    """A document that holds no spans in OTLP's JSON."""


def read_document(data: bytes, found: Spans) -> None:
    """Add the spans of one JSON document; raises NotOtlpError for anything else."""
    try:
        document = msgspec.json.decode(data)
    except NOT_JSON as error:
        raise NotOtlpError(f"not JSON: {error}") from error
    add(document, found)


def add(document: object, found: Spans) -> None:
    """Add the spans of a decoded document, or of a list of such; raises NotOtlpError."""
    for part in document if isinstance(document, list) else [document]:
        if not isinstance(part, Mapping):
            raise NotOtlpError("no OTLP: an object with resourceSpans is expected")
        inner = part.get("trace")
        batches = _listed(inner if isinstance(inner, Mapping) else part, "resourceSpans", "batches")
        if batches is None:
            raise NotOtlpError("no OTLP: there is no resourceSpans in it")
        for batch in batches:
            _add_batch(batch, found)


def _add_batch(batch: object, found: Spans) -> None:
    of_resource = batch if isinstance(batch, Mapping) else {}
    resource = kept(_attributes(_mapping(of_resource, "resource").get("attributes")))
    scopes = _listed(of_resource, "scopeSpans", "instrumentationLibrarySpans") or ()
    for scope in scopes:
        spans = _listed(scope, "spans") if isinstance(scope, Mapping) else None
        for raw in spans or ():
            try:
                found.spans.append(_span(raw, resource))
            except UnfitSpanError as error:
                found.unfit[str(error)] += 1


def _span(raw: object, resource: Attributes) -> Span:
    if not isinstance(raw, Mapping):
        raise UnfitSpanError("a span that is no object")
    return made(
        trace_id=raw.get("traceId"),
        span_id=raw.get("spanId"),
        parent_span_id=raw.get("parentSpanId"),
        start_ns=raw.get("startTimeUnixNano", 0),
        end_ns=raw.get("endTimeUnixNano", 0),
        name=raw.get("name", ""),
        kind=_word(raw.get("kind"), KINDS, "SPAN_KIND_"),
        status=_word(_mapping(raw, "status").get("code"), STATUSES, "STATUS_CODE_"),
        attributes=_attributes(raw.get("attributes")),
        resource=resource,
        events=_events(raw.get("events")),
    )


def _events(raw: object) -> Iterator[tuple[str, int]]:
    for event in raw if isinstance(raw, list) else ():
        if isinstance(event, Mapping) and event.get("name"):
            yield str(event["name"]), whole(event.get("timeUnixNano", 0), "an event's time")


def _attributes(raw: object) -> Attributes:
    pairs = (pair for pair in (raw if isinstance(raw, list) else ()) if isinstance(pair, Mapping))
    return {str(pair.get("key")): _value(pair.get("value")) for pair in pairs}


def _value(raw: object) -> Any:  # noqa: ANN401 - an attribute may be anything
    if not isinstance(raw, Mapping):
        return None
    if "intValue" in raw:
        return whole(raw["intValue"])
    if isinstance(array := raw.get("arrayValue"), Mapping):
        values: Iterable[object] = array.get("values") or ()
        return [_value(value) for value in values]
    return next((raw[key] for key in _PLAIN if key in raw), None)


def _word(value: object, words: tuple[str, ...], prefix: str) -> str:
    if isinstance(value, int):
        return words[value] if 0 <= value < len(words) else ""
    word = str(value or "").removeprefix(prefix)
    return word if word in words else ""


def _listed(of: Mapping[str, Any], *names: str) -> list[Any] | None:
    return next((of[name] for name in names if isinstance(of.get(name), list)), None)


def _mapping(of: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = of.get(name)
    return found if isinstance(found, Mapping) else {}
