"""The log of a whole run, made from its record; pure, so that it can be made again."""

from collections.abc import Iterable, Iterator

from telemetry.clock import ClockPair
from telemetry.exchange import Exchange
from telemetry.logs import names as log_names
from telemetry.logs.bounded import MOST_OF_EACH, Bounded
from telemetry.logs.events import of_event
from telemetry.logs.exchanges import ended, of_ended
from telemetry.logs.fact import LogFact, Severity
from telemetry.record import Record


def log_of(
    record: Record,
    exchanges: Iterable[Exchange] | None = None,
    conclusion: Iterable[LogFact] = (),
    most: int = MOST_OF_EACH,
) -> Iterator[LogFact]:
    """Yield a run's log in time order, `conclusion` last.

    `exchanges` stand for the record's own where they were reviewed. Phases that the run did not
    live to see are left out.
    """
    end_ns = end_of(record)
    told = [started(record.clock)] if record.clock.host else []
    told += [fact for event in record.events for fact in of_event(event)]
    for exchange in record.exchanges if exchanges is None else exchanges:
        told += of_ended(ended(exchange, end_ns))
    told.sort(key=lambda fact: fact.at_ns)
    bounded = Bounded(most)
    yield from (fact for fact in told if fact.at_ns <= end_ns and bounded.admits(fact))
    yield from bounded.omitted(end_ns)
    yield from conclusion


def end_of(record: Record) -> int:
    """Return the moment at which a run was over: its own end, else the last event."""
    ends = [event.at_ns for event in record.named("run_end")]
    return max(ends or [event.at_ns for event in record.events], default=record.clock.monotonic_ns)


def started(clock: ClockPair) -> LogFact:
    """Return the first event of a log: the run's first process read its clocks."""
    return LogFact(
        at_ns=clock.monotonic_ns,
        severity=Severity.INFO,
        event=log_names.RUN_STARTED,
        message=f"the run started on {clock.host}",
    )
