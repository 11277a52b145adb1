"""What every family of metrics is: told of exchanges and events, it says its points at any time."""

from collections.abc import Iterator
from typing import ClassVar, NamedTuple

from telemetry.exchange import Attempt, Exchange
from telemetry.identity import span_id
from telemetry.metering.facts import Concluded, RunFacts
from telemetry.metering.point import Exemplar, Measured
from telemetry.record import EventFact
from telemetry.rows import ExchangePlanned


class Now(NamedTuple):
    """The moment of a reading, CLOCK_MONOTONIC ns, and the rows known to be lost by then."""

    at_ns: int
    rows_lost: int = 0


class Family:
    """One family; it overrides what it wants to be told of."""

    name: ClassVar[str]

    def __init__(self, facts: RunFacts) -> None:
        """Take what rows do not say."""
        self.facts = facts

    def begin(self, planned: Exchange | ExchangePlanned) -> None:
        """Be told that an exchange's turn came; before its end, once."""

    def end(self, exchange: Exchange) -> None:
        """Be told of an exchange that is over, complete with its attempts and their faults."""

    def happen(self, event: EventFact) -> None:
        """Be told of an event; in the order of time as far as one process wrote them."""

    def conclude(self, concluded: Concluded) -> None:
        """Be told what the run added up to."""

    def readings(self, now: Now) -> Iterator[Measured]:
        """Yield the family's metrics as of now."""
        raise NotImplementedError


def exemplar_of(exchange: Exchange, value: float) -> Exemplar:
    """Return a measurement of a whole exchange with the span that tells of it."""
    at_ns = exchange.dispatched_ns if exchange.end_ns is None else exchange.end_ns
    return Exemplar(value, at_ns, exchange.trace_id, span_id(exchange.trace_id, "exchange"))


def attempt_exemplar(exchange: Exchange, attempt: Attempt, value: float = 1.0) -> Exemplar:
    """Return a measurement of one attempt with its span."""
    at_ns = attempt.begin_ns if attempt.end_ns is None else attempt.end_ns
    return Exemplar(value, at_ns, exchange.trace_id, attempt.span_id)


def failed_over(exchange: Exchange) -> bool:
    """Tell whether another endpoint answered than the one asked first."""
    serving = exchange.serving
    return serving is not None and serving.endpoint != exchange.attempts[0].endpoint


def notable(exchange: Exchange) -> bool:
    """Tell whether an exchange is worth a look: it failed, failed over, or was touched."""
    return not exchange.succeeded or failed_over(exchange) or exchange.touched
