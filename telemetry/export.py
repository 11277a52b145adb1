"""Sends a record's spans to an OTLP backend, with OpenTelemetry's own exporters.

The exporters read every `OTEL_EXPORTER_OTLP_*` variable themselves; which of the two is used is
told by `OTEL_EXPORTER_OTLP_TRACES_PROTOCOL`, else `OTEL_EXPORTER_OTLP_PROTOCOL`: `grpc`, or
`http/protobuf`, the specification's default. Spans go in batches whose results are looked at, so
there is no queue that could drop any. Ids and times are the record's: exporting again repeats them.
"""

import logging
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import chain, islice

import msgspec
from opentelemetry.sdk.resources import OTELResourceDetector, Resource
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import Link, SpanContext, SpanKind, Status, StatusCode, TraceFlags

from telemetry import names
from telemetry.export_collected import CollectedSpan, Resources
from telemetry.record import Record
from telemetry.rows import SpanCollected
from telemetry.span_fact import SpanFact
from telemetry.spans import Described, SpanMaker

SPANS_PER_BATCH = 512
PROTOCOL_VARIABLES = ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL")
ENDPOINT_VARIABLES = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")

_SCOPE = InstrumentationScope(names.SCOPE, schema_url=names.SCHEMA_URL)
_SAMPLED = TraceFlags(TraceFlags.SAMPLED)
_KINDS = {kind.name: kind for kind in SpanKind}


class ExportError(Exception):
    """The exporter could not even be set up: a protocol or a setting that does not exist."""


class Exported(msgspec.Struct, frozen=True, kw_only=True):
    """What became of the spans; `reason` is the exporter's own word where any failed."""

    sent: int
    failed: int
    reason: str = ""


def export(
    record: Record,
    *,
    run_id: str,
    described: Described,
    collected: Iterable[SpanCollected] = (),
) -> Exported:
    """Send every span of a record, then those collected; raises ExportError.

    That is for settings that make no exporter.

    A backend that takes nothing ends it: after a first batch that failed, or two in a row later
    on. The exporter spends at most `OTEL_EXPORTER_OTLP_TIMEOUT` (default 10 s) on each.
    """
    resource = _resource(record, run_id)
    ours = SpanMaker(record, described).spans()
    resources = Resources(run_id)
    theirs = (CollectedSpan(row, resources.of(row)) for row in collected)
    spans = chain((_readable(span, resource) for span in ours), theirs)
    with _heard() as messages:
        exporter = _exporter()
        try:
            sent, failed = _send(exporter, spans)
        finally:
            exporter.shutdown()
    return Exported(sent=sent, failed=failed, reason=_reason(messages) if failed else "")


def _reason(messages: list[str]) -> str:
    """Say where spans were sent and what the exporter said; it may keep a repeated word back."""
    where = next(filter(None, map(os.environ.get, ENDPOINT_VARIABLES)), "the default endpoint")
    return f"{where}: " + ("; ".join(messages[-2:]) or "not taken")


def _send(exporter: SpanExporter, spans: Iterator[ReadableSpan]) -> tuple[int, int]:
    """Send batch after batch; returns how many spans were taken and how many were not."""
    sent = failed = in_a_row = 0
    while batch := list(islice(spans, SPANS_PER_BATCH)):
        if exporter.export(batch) is SpanExportResult.SUCCESS:
            sent, in_a_row = sent + len(batch), 0
            continue
        failed, in_a_row = failed + len(batch), in_a_row + 1
        if in_a_row > (sent > 0):
            break
    return sent, failed + sum(1 for _ in spans)


def _exporter() -> SpanExporter:
    protocol = next(filter(None, map(os.environ.get, PROTOCOL_VARIABLES)), "http/protobuf")
    try:
        return _make_exporter(protocol.strip())
    except (ValueError, TypeError, OSError) as error:
        raise ExportError(f"cannot export by {protocol}: {error}") from error


def _make_exporter(protocol: str) -> SpanExporter:
    if protocol == "grpc":
        from opentelemetry.exporter.otlp.proto.grpc import (  # noqa: PLC0415 - only the one used
            trace_exporter as over_grpc,
        )

        return over_grpc.OTLPSpanExporter()
    if protocol == "http/protobuf":
        from opentelemetry.exporter.otlp.proto.http import (  # noqa: PLC0415 - as above
            trace_exporter as over_http,
        )

        return over_http.OTLPSpanExporter()
    raise ExportError(f"no OTLP exporter for protocol {protocol!r}: use grpc or http/protobuf")


def _resource(record: Record, run_id: str) -> Resource:
    """Return who speaks; `OTEL_SERVICE_NAME` and `OTEL_RESOURCE_ATTRIBUTES` have the last word."""
    ours = {
        names.SERVICE_NAME: "crosswind",
        names.RUN_ID: run_id,
        names.RUN_TAG: record.run_tag,
        names.HOST_NAME: record.clock.host,
    }
    return Resource(ours).merge(OTELResourceDetector().detect())


def _readable(span: SpanFact, resource: Resource) -> ReadableSpan:
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


@contextmanager
def _heard() -> Iterator[list[str]]:
    """Collect what the exporters log instead of letting it run past the caller."""
    logger = logging.getLogger("opentelemetry")
    messages: list[str] = []
    collector = _Collector(messages)
    before = logger.propagate
    logger.addHandler(collector)
    logger.propagate = False
    try:
        yield messages
    finally:
        logger.removeHandler(collector)
        logger.propagate = before


class _Collector(logging.Handler):
    def __init__(self, messages: list[str]) -> None:
        super().__init__(logging.WARNING)
        self._messages = messages

    def emit(self, record: logging.LogRecord) -> None:
        message = record.getMessage()
        if message not in self._messages:
            self._messages.append(message)
