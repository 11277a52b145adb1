"""A finished run's readings in order, as they would have been taken while it went on; pure."""

from collections.abc import Callable, Iterator
from functools import partial

from telemetry.clock import nanoseconds
from telemetry.exchange import Exchange
from telemetry.metering.facts import Concluded, RunFacts
from telemetry.metering.meter import Meter
from telemetry.metering.point import Reading
from telemetry.record import Record

EVERY_S = 5.0

Step = tuple[int, Callable[[], None]]


def replay(
    record: Record, facts: RunFacts, concluded: Concluded | None = None, every_s: float = EVERY_S
) -> Iterator[Reading]:
    """Yield a reading every so often, by the times of the record, and a last one at its end."""
    meter = Meter(facts, record.clock)
    steps = sorted(_steps(record, meter), key=lambda step: step[0])
    last_ns = max([record.clock.monotonic_ns, *(at_ns for at_ns, _ in steps)])
    due_ns = record.clock.monotonic_ns + nanoseconds(every_s)
    for at_ns, tell in steps:
        while due_ns <= at_ns and due_ns < last_ns:
            yield meter.reading(due_ns)
            due_ns += nanoseconds(every_s)
        tell()
    if concluded is not None:
        meter.conclude(concluded)
    yield meter.reading(last_ns, sum(spool.lost for spool in record.spools))


def _steps(record: Record, meter: Meter) -> Iterator[Step]:
    end_ns = _end_ns(record)
    for event in record.events:
        yield event.at_ns, partial(meter.happen, event)
    for one in record.exchanges:
        over_ns = end_ns if one.end_ns is None else max(one.end_ns, one.dispatched_ns)
        yield one.dispatched_ns, partial(meter.begin, one)
        yield over_ns, partial(meter.end, one)


def _end_ns(record: Record) -> int:
    moments = [event.at_ns for event in record.events]
    return max([*moments, *map(_last_ns, record.exchanges)], default=0)


def _last_ns(exchange: Exchange) -> int:
    return max(exchange.dispatched_ns, exchange.end_ns or 0)
