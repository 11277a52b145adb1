"""Spans as the SDK would have ended them, with our own ids and times."""

from opentelemetry.sdk.resources import OTELResourceDetector, Resource
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import Link, SpanContext, SpanKind, Status, StatusCode, TraceFlags

from telemetry import names
from telemetry.span_fact import SpanFact

_SCOPE = InstrumentationScope(names.SCOPE, schema_url=names.SCHEMA_URL)
_SAMPLED = TraceFlags(TraceFlags.SAMPLED)
_KINDS = {kind.name: kind for kind in SpanKind}


def resource_of(run_id: str, run_tag: str, host: str) -> Resource:
    """Return who speaks; `OTEL_SERVICE_NAME` and `OTEL_RESOURCE_ATTRIBUTES` have the last word."""
    ours = {
        names.SERVICE_NAME: "crosswind",
        names.RUN_ID: run_id,
        names.RUN_TAG: run_tag,
        names.HOST_NAME: host,
    }
    return Resource(ours).merge(OTELResourceDetector().detect())


def readable(span: SpanFact, resource: Resource) -> ReadableSpan:
    """Return the span as the SDK would have ended it, with our own ids and times."""
    server = span.kind == "SERVER"
    return ReadableSpan(
        name=span.name,
        context=_context(span.trace_id, span.span_id),
        parent=_context(span.trace_id, span.parent_span_id, remote=server),
        resource=resource,
        attributes=span.attributes,
        kind=_KINDS[span.kind],
        status=Status(StatusCode.ERROR, span.error) if span.error else Status(),
        links=[Link(_known(*link)) for link in span.links],
        start_time=span.start_ns,
        end_time=span.end_ns,
        instrumentation_scope=_SCOPE,
    )


def _context(trace_id: str, span_id: str, *, remote: bool = False) -> SpanContext | None:
    return _known(trace_id, span_id, remote=remote) if span_id else None


def _known(trace_id: str, span_id: str, *, remote: bool = False) -> SpanContext:
    return SpanContext(int(trace_id, 16), int(span_id, 16), remote, _SAMPLED)
