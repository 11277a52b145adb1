"""From exchanges to log events: of those that failed, and of those that failed over; pure."""

from collections.abc import Iterator
from typing import NamedTuple

from telemetry import names
from telemetry.exchange import Exchange
from telemetry.identity import span_id
from telemetry.logs import names as log_names
from telemetry.logs.fact import LogFact, Severity
from telemetry.outcome import Outcome
from telemetry.span_fact import present


class Try(NamedTuple):
    """One attempt: where, and how it ended."""

    endpoint: str
    outcome: Outcome


class Ended(NamedTuple):
    """An exchange that is over, as far as the log tells of it."""

    number: int
    trace_id: str
    end_ns: int
    outcome: Outcome
    served_by: str
    tries: tuple[Try, ...]


def ended(exchange: Exchange, until_ns: int) -> Ended:
    """Return what the log tells of an exchange; one without an end ended at `until_ns`, failed."""
    serving = exchange.serving
    return Ended(
        number=exchange.number,
        trace_id=exchange.trace_id,
        end_ns=until_ns if exchange.end_ns is None else exchange.end_ns,
        outcome=exchange.outcome,
        served_by=exchange.served_by if serving is None else serving.endpoint,
        tries=tuple(Try(attempt.endpoint, attempt.outcome) for attempt in exchange.attempts),
    )


def of_ended(one: Ended) -> Iterator[LogFact]:
    """Yield what an exchange's end says; nothing where the first endpoint asked gave the answer."""
    if not one.outcome.succeeded:
        yield _failed(one)
    elif one.tries and one.served_by != one.tries[0].endpoint:
        yield _failed_over(one)


def _failed(one: Ended) -> LogFact:
    asked = ", ".join(f"{each.endpoint} {each.outcome.value}" for each in one.tries)
    message = f"exchange {one.number} failed: {one.outcome.value}; asked: {asked or 'nobody'}"
    return _made(one, log_names.EXCHANGE_FAILED, Severity.ERROR, message)


def _failed_over(one: Ended) -> LogFact:
    first = one.tries[0]
    message = (
        f"exchange {one.number} failed over from {first.endpoint} ({first.outcome.value}) "
        f"to {one.served_by}"
    )
    return _made(one, log_names.EXCHANGE_FAILED_OVER, Severity.WARN, message)


def _made(one: Ended, event: str, severity: Severity, message: str) -> LogFact:
    attributes = present(
        {
            names.EXCHANGE_NUMBER: one.number,
            names.EXCHANGE_OUTCOME: one.outcome.value,
            names.EXCHANGE_SERVED_BY: one.served_by or None,
            names.EXCHANGE_ATTEMPTS: len(one.tries),
            log_names.ENDPOINTS_ASKED: [each.endpoint for each in one.tries],
            log_names.OUTCOMES: [each.outcome.value for each in one.tries],
            names.ERROR_TYPE: None if one.outcome.succeeded else one.outcome.value,
        }
    )
    return LogFact(
        at_ns=one.end_ns,
        severity=severity,
        event=event,
        message=message,
        attributes=attributes,
        trace_id=one.trace_id,
        span_id=span_id(one.trace_id, "exchange"),
    )
