"""Runs as the views show them, made of numbers."""

from collections.abc import Iterable

from telemetry.clock import ClockPair
from telemetry.exchange import Evidence
from telemetry.flat import Line
from telemetry.record import EventFact, Record, SpoolFact
from telemetry.view import Seen, views
from tests.telemetry.synthetic import RUN_TAG, at, evidence, exchange, failed_over, refused, window

WALL_NS = 1_700_000_000_000_000_000


def seen(of: Evidence, events: Iterable[EventFact] = ()) -> Seen:
    """Return a run with that evidence; its clocks were read at time zero."""
    spools = (SpoolFact(name="worker-0", role="worker", rows=30, lost=2, ended=True),)
    record = Record(
        run_tag=RUN_TAG,
        clock=ClockPair(host="ship", monotonic_ns=at(0), wall_ns=WALL_NS),
        exchanges=of.exchanges,
        events=tuple(events),
        faults=(),
        spools=spools,
    )
    return Seen(run_id="my-run", title="Azure goes down", record=record, evidence=of)


def outage() -> Evidence:
    """One healthy exchange, one that failed over in the outage, and one that failed in it."""
    made = (
        exchange(0, 6.0),
        failed_over(1, 21.0, took=0.5),
        exchange(2, 22.0, refused("azure", 22.0)),
    )
    return evidence(made, window(first_hit=21.0))


def lines(view: str, of: Seen) -> list[Line]:
    return list(views()[view].lines(of))


def column(view: str, name: str, of: Seen) -> list[object]:
    return [line[name] for line in lines(view, of)]
