"""Jaeger's HTTP JSON API, also as VictoriaTraces speaks it below `/select/jaeger`.

`GET /api/traces?service&start&end&limit` (microseconds) gives whole traces. Times are whole
microseconds there, so a span's edges are that exact. Shape: jaeger, internal/uimodel/model.go.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from telemetry.foreign.sources.asking import Store
from telemetry.foreign.sources.otlp_json import UnreadableSourceError
from telemetry.foreign.sources.slicing import Hit, sliced
from telemetry.foreign.span import Attributes, Span, Spans, UnfitSpanError, kept, made, whole
from telemetry.names import SERVICE_NAME

_NS_PER_US = 1000


def read(store: Store, service: str, between_s: tuple[int, int], limit: int) -> Spans:
    """Read the traces of a service; raises UnreadableSourceError."""
    found = Spans(source=store.url)

    def search(start: int, end: int) -> list[Hit]:
        wanted = {"service": service, "start": start, "end": end, "limit": limit}
        answer = store.get("/api/traces", wanted)
        if not isinstance(answer, Mapping) or answer.get("errors"):
            said = answer.get("errors") if isinstance(answer, Mapping) else answer
            raise UnreadableSourceError(f"{store.url}: answered with errors: {said}")
        return [trace for trace in answer.get("data") or () if isinstance(trace, Mapping)]

    start_us, end_us = (moment * 1_000_000 for moment in between_s)
    seen: set[object] = set()
    for trace in sliced(search, start_us, end_us, limit, found.cuts):
        if trace.get("traceID") not in seen:
            seen.add(trace.get("traceID"))
            add(trace, found)
    return found


def services(store: Store) -> list[str]:
    """Return the services that a store knows."""
    answer = store.get("/api/services", {})
    said = answer.get("data") if isinstance(answer, Mapping) else None
    return sorted(map(str, said or ()))


def add(trace: Mapping[str, Any], found: Spans) -> None:
    """Add the spans of one trace in Jaeger's JSON."""
    processes = trace.get("processes")
    known = processes if isinstance(processes, Mapping) else {}
    resources = {key: _resource(process) for key, process in known.items()}
    for raw in trace.get("spans") or ():
        try:
            found.spans.append(_span(raw, resources))
        except UnfitSpanError as error:
            found.unfit[str(error)] += 1


def _span(raw: object, resources: Mapping[str, Attributes]) -> Span:
    if not isinstance(raw, Mapping):
        raise UnfitSpanError("a span that is no object")
    tags = _tags(raw.get("tags"))
    start_ns = whole(raw.get("startTime", 0), "a start") * _NS_PER_US
    return made(
        trace_id=raw.get("traceID"),
        span_id=raw.get("spanID"),
        parent_span_id=_parent(raw),
        start_ns=start_ns,
        end_ns=start_ns + whole(raw.get("duration", 0), "a duration") * _NS_PER_US,
        name=raw.get("operationName", ""),
        kind=str(tags.get("span.kind", "internal")).upper(),
        status=_status(tags),
        attributes=tags,
        resource=resources.get(str(raw.get("processID")), {}),
        events=_events(raw.get("logs")),
    )


def _parent(raw: Mapping[str, Any]) -> object:
    parents = [
        reference.get("spanID")
        for reference in raw.get("references") or ()
        if reference.get("refType") == "CHILD_OF" and reference.get("traceID") == raw["traceID"]
    ]
    return parents[0] if parents else raw.get("parentSpanID", "")


def _status(tags: Attributes) -> str:
    if tags.get("error") in {True, "true"}:
        return "ERROR"
    said = str(tags.get("otel.status_code", "")).upper()
    return said if said in {"OK", "ERROR"} else ""


def _events(logs: object) -> Iterator[tuple[str, int]]:
    for log in logs if isinstance(logs, list) else ():
        fields = _tags(log.get("fields"))
        if name := fields.get("event") or fields.get("name"):
            yield str(name), whole(log.get("timestamp", 0), "an event's time") * _NS_PER_US


def _resource(process: object) -> Attributes:
    said = process if isinstance(process, Mapping) else {}
    return kept({**_tags(said.get("tags")), SERVICE_NAME: said.get("serviceName")})


def _tags(pairs: object) -> Attributes:
    found = (pair for pair in (pairs if isinstance(pairs, list) else ()))
    return {str(pair.get("key")): pair.get("value") for pair in found if isinstance(pair, Mapping)}
