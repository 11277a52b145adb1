"""Log events as the SDK would have made them, and what tells one from another; pure."""

import hashlib
from collections.abc import Callable

import msgspec
from opentelemetry._logs import LogRecord, SeverityNumber
from opentelemetry.sdk._logs import ReadableLogRecord
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
from telemetry.exporting.batches import Unit
from telemetry.logs.fact import LogFact
from telemetry.redaction import redacted_values

_SCOPE = InstrumentationScope(names.SCOPE, schema_url=names.SCHEMA_URL)
_SAMPLED = TraceFlags(TraceFlags.SAMPLED)


def unit_of(
    fact: LogFact, resource: Resource, clock: ClockPair, redact: Callable[[str], str]
) -> Unit:
    """Return an event as it is sent; `resource` says whose it is, `clock` when it was."""
    return Unit(key_of(fact), [readable(without_secrets(fact, redact), resource, clock)])


def key_of(fact: LogFact) -> str:
    """Return 16 hex digits that are an event's own, however often its run is read.

    What an exchange's event says in words may be seen more clearly in the whole record.
    """
    about = fact.trace_id or f"{fact.message} {msgspec.json.encode(fact.attributes).decode()}"
    told = f"{fact.event} {fact.at_ns} {about}"
    return hashlib.blake2b(told.encode(), digest_size=8).hexdigest()


def without_secrets(fact: LogFact, redact: Callable[[str], str]) -> LogFact:
    """Return an event that says nothing which `redact` takes for a secret."""
    attributes = redacted_values(fact.attributes, redact)
    return msgspec.structs.replace(fact, message=redact(fact.message), attributes=attributes)


def readable(fact: LogFact, resource: Resource, clock: ClockPair) -> ReadableLogRecord:
    """Return the event as the SDK would have emitted it, in the span that it happened in."""
    at_ns = clock.wall(fact.at_ns)
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
    return ReadableLogRecord(record, resource, _SCOPE)


def _context(fact: LogFact) -> SpanContext:
    trace, span = int(fact.trace_id or "0", 16), int(fact.span_id or "0", 16)
    return SpanContext(trace, span, is_remote=False, trace_flags=_SAMPLED if trace else None)
