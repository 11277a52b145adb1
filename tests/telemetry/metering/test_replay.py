"""A meter over a finished run counts what its exchanges are."""

import math
from collections import Counter

import pytest

from telemetry import names
from telemetry.clock import ClockPair
from telemetry.exchange import Exchange
from telemetry.metering.facts import Concluded
from telemetry.metering.meter import Meter
from telemetry.metering.point import Number, Reading, Spread
from telemetry.metering.replay import replay
from telemetry.record import Record, SpoolFact
from tests.telemetry.metering.told import FACTS, counts, points
from tests.telemetry.synthetic import (
    PHASES,
    RUN_TAG,
    ZERO_NS,
    at,
    attempt,
    event,
    exchange,
    failed_over,
    refused,
    renumbered,
    steady,
    window_events,
)

CLOCK = ClockPair(host="here", monotonic_ns=ZERO_NS, wall_ns=1_700_000_000 * 10**9)


def run() -> tuple[Exchange, ...]:
    lost = [exchange(900 + i, 21 + i, refused("azure", 21 + i)) for i in range(3)]
    moved = [failed_over(800 + i, 24 + i / 2) for i in range(8)]
    steadily = [*steady(5, 20), *steady(28, 60, endpoint="vertex", first_number=400)]
    return tuple(renumbered([*steadily, *moved, *lost]))


def record(exchanges: tuple[Exchange, ...]) -> Record:
    phases = [event("phase", 0, n, start_ns=at(s), end_ns=at(e)) for n, s, e in PHASES]
    lost = SpoolFact(name="worker-0", role="worker", rows=9, lost=2, ended=True)
    return Record(
        run_tag=RUN_TAG,
        clock=CLOCK,
        exchanges=exchanges,
        events=(*phases, *window_events("outage", 20, 40)),
        faults=(),
        spools=(lost,),
    )


@pytest.fixture(scope="module")
def readings() -> list[Reading]:
    ended = Concluded(verdict="FAIL", exit_code=3, rulings=[("user_errors <= 1 %", "fail")])
    return list(replay(record(run()), FACTS, ended))


def test_exchanges_are_counted_by_how_they_ended(readings: list[Reading]) -> None:
    told = counts(readings[-1], names.EXCHANGES, names.EXCHANGE_OUTCOME)
    assert told == Counter(one.outcome.value for one in run())


def test_attempts_are_counted_where_they_were_made(readings: list[Reading]) -> None:
    told = counts(readings[-1], names.ATTEMPTS, names.ENDPOINT)
    assert told == Counter(tried.endpoint for one in run() for tried in one.attempts)


def test_failovers_are_the_moves_from_one_endpoint_to_another(readings: list[Reading]) -> None:
    assert counts(readings[-1], names.FAILOVERS, names.FAILOVER_TO) == Counter(vertex=8)


def test_waits_are_those_of_the_successes(readings: list[Reading]) -> None:
    waits = [one.time_to_first_token_s for one in run() if one.succeeded]
    spreads = [p for p in points(readings[-1], names.EXCHANGE_WAIT) if isinstance(p, Spread)]
    assert sum(one.count for one in spreads) == len(waits)
    assert math.isclose(sum(one.total for one in spreads), math.fsum(waits))
    assert max(one.largest for one in spreads) == max(waits)


def test_exemplars_lead_to_exchanges_that_failed_over(readings: list[Reading]) -> None:
    moved = {one.trace_id for one in run() if len(one.attempts) > 1}
    (spread,) = [p for p in points(readings[-1], names.FAILOVER_DELAY) if isinstance(p, Spread)]
    assert spread.count == len(moved)
    assert {shown.trace_id for shown in spread.exemplars.values()} <= moved
    assert spread.exemplars


def test_a_fault_is_active_in_its_window_alone(readings: list[Reading]) -> None:
    active = {
        (one.at_unix_ns - CLOCK.wall_ns) // 10**9: point.value
        for one in readings
        for point in points(one, names.FAULT_ACTIVE)
        if isinstance(point, Number)
    }
    assert active[25] == active[35] == 1
    assert active[45] == 0


def test_counters_never_go_down(readings: list[Reading]) -> None:
    totals = [counts(one, names.EXCHANGES, names.EXCHANGE_OUTCOME).total() for one in readings]
    assert totals == sorted(totals)
    assert totals[-1] == len(run())


def test_every_point_says_which_run_it_is_of(readings: list[Reading]) -> None:
    every = [point for one in readings[-1].metrics for point in one.points]
    assert every
    assert all(dict(point.attributes)[names.RUN_ID] == FACTS.run_id for point in every)


def test_lost_rows_and_the_verdict_are_told_at_the_end(readings: list[Reading]) -> None:
    last = readings[-1]
    assert [p.value for p in points(last, names.ROWS_LOST) if isinstance(p, Number)] == [2]
    assert counts(last, names.RUN_EXIT_CODE, names.VERDICT) == Counter(FAIL=3)
    assert not list(points(readings[0], names.RUN_EXIT_CODE))


def test_an_exchange_that_failed_has_no_wait() -> None:
    meter = Meter(FACTS, CLOCK)
    meter.end(exchange(0, 1.0, attempt("azure", 1.0, outcome=refused("azure", 1.0).outcome)))
    reading = meter.reading(at(2.0))
    assert not list(points(reading, names.EXCHANGE_WAIT))
    assert counts(reading, names.EXCHANGES, names.EXCHANGE_OUTCOME).total() == 1
