"""Collected spans as the SDK would have ended them, to be sent on as they came."""

from functools import lru_cache
from typing import Any

import msgspec
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import SpanContext, SpanKind, Status, StatusCode, TraceFlags, TraceState

from telemetry import names
from telemetry.rows import SpanCollected

_SAMPLED = TraceFlags(TraceFlags.SAMPLED)


class CollectedSpan(ReadableSpan):
    """A span that knows what was dropped of it, here or before."""

    def __init__(self, row: SpanCollected, resource: Resource) -> None:
        super().__init__(
            name=row.name,
            context=_context(row, row.span_id),
            parent=_context(row, row.parent_span_id) if row.parent_span_id else None,
            resource=resource,
            attributes=_present(row.attributes),
            kind=SpanKind[row.span_kind or "INTERNAL"],
            status=_status(row),
            start_time=row.start_unix_ns,
            end_time=row.end_unix_ns,
            instrumentation_scope=InstrumentationScope(row.scope, row.scope_version),
        )
        self._row = row

    @property
    def dropped_attributes(self) -> int:
        """How many attributes are missing."""
        return self._row.dropped_attributes

    @property
    def dropped_events(self) -> int:
        """How many events are missing: all."""
        return self._row.dropped_events

    @property
    def dropped_links(self) -> int:
        """How many links are missing: all."""
        return self._row.dropped_links


class Resources:
    """The resources of collected spans, each made once; the run's id is added."""

    def __init__(self, run_id: str) -> None:
        self._run_id = run_id
        self._of = lru_cache(maxsize=256)(self._made)

    def of(self, row: SpanCollected) -> Resource:
        """Return who made a span."""
        return self._of(msgspec.json.encode(row.resource))

    def _made(self, said: bytes) -> Resource:
        attributes = _present(msgspec.json.decode(said, type=dict[str, Any]))
        return Resource({**attributes, names.RUN_ID: self._run_id})


def _context(row: SpanCollected, span_id: str) -> SpanContext:
    state = TraceState.from_header([row.trace_state]) if row.trace_state else None
    return SpanContext(
        int(row.trace_id, 16),
        int(span_id, 16),
        is_remote=False,
        trace_flags=_SAMPLED,
        trace_state=state,
    )


def _status(row: SpanCollected) -> Status:
    if row.status == "ERROR":
        return Status(StatusCode.ERROR, row.status_message or None)
    return Status(StatusCode.OK if row.status else StatusCode.UNSET)


def _present(values: dict[str, Any]) -> dict[str, Any]:
    """Return the attributes that have a value: the SDK has no word for those without one."""
    return {name: value for name, value in values.items() if value is not None}
