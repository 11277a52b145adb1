"""One span of somebody's as a row, or why it is none. Pure; both encodings end here."""

from typing import NamedTuple

from telemetry.collecting.limits import Limits
from telemetry.collecting.values import Attributes, text
from telemetry.rows import SpanCollected

KINDS = ("", "INTERNAL", "SERVER", "CLIENT", "PRODUCER", "CONSUMER")
"""`Span.SpanKind` by number."""
STATUSES = ("", "OK", "ERROR")
"""`Status.StatusCode` by number."""

_TRACE_DIGITS, _SPAN_DIGITS = 32, 16


class Unfit(NamedTuple):
    """A span that is refused while the others of its request are taken."""

    reason: str


class Sender(NamedTuple):
    """Who made a span: the resource's attributes, and the instrumentation's name and version."""

    resource: Attributes
    scope: str
    scope_version: str


def made_span(  # noqa: PLR0913 - a span has many parts, each by name
    sender: Sender,
    limits: Limits,
    *,
    trace_id: str,
    span_id: str,
    parent_span_id: str,
    trace_state: str,
    name: str,
    kind: int,
    start_unix_ns: int,
    end_unix_ns: int,
    status: int,
    status_message: str,
    attributes: Attributes,
    attributes_sent: int,
    events: int,
    links: int,
) -> SpanCollected | Unfit:
    """Return the row; ids are hex digits, `attributes_sent` counts those dropped on the way too."""
    parent = parent_span_id if parent_span_id.strip("0") else ""
    if complaint := _ids_complaint(trace_id, span_id, parent):
        return Unfit(complaint)
    return SpanCollected(
        trace_id=trace_id,
        span_id=span_id,
        parent_span_id=parent,
        trace_state=text(trace_state, limits),
        name=text(name, limits),
        span_kind=_word(KINDS, kind),
        start_unix_ns=start_unix_ns,
        end_unix_ns=end_unix_ns,
        status=_word(STATUSES, status),
        status_message=text(status_message, limits),
        attributes=attributes,
        dropped_attributes=max(0, attributes_sent - len(attributes)),
        dropped_events=events,
        dropped_links=links,
        resource=sender.resource,
        scope=sender.scope,
        scope_version=sender.scope_version,
    )


def _ids_complaint(trace_id: str, span_id: str, parent_span_id: str) -> str:
    if not _is_id(trace_id, _TRACE_DIGITS):
        return "a trace id is not 16 bytes, or all zero"
    if not _is_id(span_id, _SPAN_DIGITS):
        return "a span id is not 8 bytes, or all zero"
    if parent_span_id and not _is_id(parent_span_id, _SPAN_DIGITS):
        return "a parent's span id is not 8 bytes"
    return ""


def _is_id(digits: str, length: int) -> bool:
    return (
        len(digits) == length
        and all(digit in "0123456789abcdef" for digit in digits)
        and bool(digits.strip("0"))
    )


def _word(words: tuple[str, ...], number: int) -> str:
    return words[number] if 0 <= number < len(words) else ""
