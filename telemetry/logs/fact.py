"""One log event as it leaves this project, before any logging library has seen it."""

from enum import IntEnum

import msgspec

from telemetry.span_fact import Attributes


class Severity(IntEnum):
    """How bad it is; the numbers are OpenTelemetry's `SeverityNumber`."""

    INFO = 9
    WARN = 13
    ERROR = 17


class LogFact(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that happened; `at_ns` is CLOCK_MONOTONIC of the run's host.

    `event` is a name of `telemetry.logs.names`, `message` says it to a person. `trace_id` and
    `span_id` (32 and 16 hex digits) are of the span that it happened in, empty where it is the
    run's own.
    """

    at_ns: int
    severity: Severity
    event: str
    message: str
    attributes: Attributes = {}
    trace_id: str = ""
    span_id: str = ""
