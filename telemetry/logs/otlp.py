"""Sends log events to an OTLP backend, with OpenTelemetry's own exporters.

They read every `OTEL_EXPORTER_OTLP_*` variable themselves, those for logs first. Events go in
batches whose results are looked at: there is no queue that could drop any.
"""

import os
from collections.abc import Iterable, Sequence
from itertools import islice

from opentelemetry._logs import LogRecord, SeverityNumber
from opentelemetry.sdk._logs import ReadableLogRecord
from opentelemetry.sdk._logs.export import LogRecordExporter, LogRecordExportResult
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import (
    NonRecordingSpan,
    SpanContext,
    TraceFlags,
    set_span_in_context,
)

from telemetry import names
from telemetry.clock import ClockPair
from telemetry.logs.fact import LogFact

EVENTS_PER_BATCH = 512
PROTOCOL_VARIABLES = ("OTEL_EXPORTER_OTLP_LOGS_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL")
ENDPOINT_VARIABLES = ("OTEL_EXPORTER_OTLP_LOGS_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")

_SCOPE = InstrumentationScope(names.SCOPE, schema_url=names.SCHEMA_URL)
_SAMPLED = TraceFlags(TraceFlags.SAMPLED)


class LogSender:
    """Makes OTLP log records of a run's events and sends them, batch by batch."""

    def __init__(self, exporter: LogRecordExporter, resource: Resource, clock: ClockPair) -> None:
        """`resource` says whose events they are, `clock` when each was."""
        self._exporter = exporter
        self._resource = resource
        self._clock = clock
        self.sent = 0

    def send(self, facts: Iterable[LogFact]) -> bool:
        """Send events until a batch is not taken; returns whether all were, `sent` counts them."""
        waiting = iter(facts)
        while batch := list(islice(waiting, EVENTS_PER_BATCH)):
            if not self._is_taken(batch):
                return False
            self.sent += len(batch)
        return True

    def close(self) -> None:
        """Let go of the exporter's connection."""
        self._exporter.shutdown()  # type: ignore[no-untyped-call]  # its own

    def _is_taken(self, batch: Sequence[LogFact]) -> bool:
        records = [self._readable(fact) for fact in batch]
        return self._exporter.export(records) is LogRecordExportResult.SUCCESS

    def _readable(self, fact: LogFact) -> ReadableLogRecord:
        at_ns = self._clock.wall(fact.at_ns)
        record = LogRecord(
            timestamp=at_ns,
            observed_timestamp=at_ns,
            context=set_span_in_context(NonRecordingSpan(_context(fact))),
            severity_text=fact.severity.name,
            severity_number=SeverityNumber(fact.severity.value),
            body=fact.message,
            attributes=fact.attributes,
            event_name=fact.event,
        )
        return ReadableLogRecord(record, self._resource, _SCOPE)


def log_exporter() -> LogRecordExporter:
    """Return the exporter that the variables ask for; raises ValueError for an unknown protocol."""
    protocol = next(filter(None, map(os.environ.get, PROTOCOL_VARIABLES)), "http/protobuf").strip()
    if protocol == "grpc":
        from opentelemetry.exporter.otlp.proto.grpc import (  # noqa: PLC0415 - only the one used
            _log_exporter as over_grpc,
        )

        return over_grpc.OTLPLogExporter()
    if protocol == "http/protobuf":
        from opentelemetry.exporter.otlp.proto.http import (  # noqa: PLC0415 - as above
            _log_exporter as over_http,
        )

        return over_http.OTLPLogExporter()
    raise ValueError(f"no OTLP exporter for protocol {protocol!r}: use grpc or http/protobuf")


def _context(fact: LogFact) -> SpanContext:
    trace, span = int(fact.trace_id or "0", 16), int(fact.span_id or "0", 16)
    return SpanContext(trace, span, is_remote=False, trace_flags=_SAMPLED if trace else None)
