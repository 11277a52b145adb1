"""A run's log as a file: one JSON line per event, written by structlog."""

import logging
from collections.abc import Callable, Iterable, MutableMapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO

import msgspec
import structlog

from telemetry.clock import ClockPair
from telemetry.logs.fact import LogFact, Severity
from telemetry.redaction import redacted_values

_LEVELS = {
    Severity.INFO: logging.INFO,
    Severity.WARN: logging.WARNING,
    Severity.ERROR: logging.ERROR,
}

Fields = MutableMapping[str, Any]


class LogFile:
    """An open log; nothing that `redact` takes for a secret is written to it."""

    def __init__(self, file: TextIO, redact: Callable[[str], str]) -> None:
        self._redact = redact
        self._log = structlog.wrap_logger(
            structlog.WriteLogger(file),
            processors=[
                structlog.processors.add_log_level,
                self._without_secrets,
                structlog.processors.EventRenamer("message", replace_by="event_name"),
                _in_order,
                structlog.processors.JSONRenderer(serializer=_json),
            ],
            wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        )

    def write(self, fact: LogFact, clock: ClockPair) -> None:
        """Write one event; raises OSError."""
        ids = {"trace_id": fact.trace_id, "span_id": fact.span_id}
        self._log.log(
            _LEVELS[fact.severity],
            fact.message,
            timestamp=_timestamp(clock.wall(fact.at_ns)),
            event_name=fact.event,
            **{name: digits for name, digits in ids.items() if digits},
            **fact.attributes,
        )

    def _without_secrets(self, _logger: object, _method: str, fields: Fields) -> Fields:
        return redacted_values(fields, self._redact)


def write_log(
    path: Path, facts: Iterable[LogFact], clock: ClockPair, redact: Callable[[str], str]
) -> None:
    """Write a whole log, in the place of one that is there; raises OSError."""
    draft = path.with_name(f".{path.name}.draft")
    with draft.open("w", encoding="utf-8") as file:
        log = LogFile(file, redact)
        for fact in facts:
            log.write(fact, clock)
    draft.replace(path)


def _timestamp(wall_ns: int) -> str:
    """Return a wall time as RFC 3339 in UTC, to the microsecond."""
    moment = datetime.fromtimestamp(wall_ns // 1_000_000_000, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{wall_ns % 1_000_000_000 // 1000:06d}Z"


_FIRST = ("timestamp", "level", "event", "message", "trace_id", "span_id")


def _in_order(_logger: object, _method: str, fields: Fields) -> Fields:
    """Put first what a person reads first."""
    first = {name: fields[name] for name in _FIRST if name in fields}
    return first | dict(fields)


def _json(fields: Fields, **_options: object) -> str:
    return msgspec.json.encode(fields).decode()
