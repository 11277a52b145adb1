"""Rows go in one by one; what comes out is the log that the record gives afterwards."""

from typing import Any

from telemetry.clock import ClockPair
from telemetry.identity import GATEWAY, attempt_span_id, trace_id
from telemetry.logs.fact import LogFact
from telemetry.logs.live import SETTLE_NS, LiveLog
from telemetry.outcome import Outcome
from telemetry.rows import (
    AttemptBegun,
    AttemptEnded,
    Event,
    ExchangeEnded,
    ExchangePlanned,
    HopBegun,
    HopEnded,
    Opened,
    Row,
)
from tests.telemetry.logs.told import said
from tests.telemetry.synthetic import RUN_TAG, at

OPENED = Opened(host="here", role="conductor", pid=1, monotonic_ns=at(0.0), wall_ns=0)


class Log:
    def __init__(self, most: int = 100) -> None:
        self.facts: list[LogFact] = []
        self.live = LiveLog(self._write, most)
        self.live.take("conductor-0", OPENED)

    def take(self, *rows: Any) -> None:
        for spool, row in rows:
            self.live.take(spool, row)

    def _write(self, fact: LogFact, clock: ClockPair) -> None:
        assert clock.host == "here"
        self.facts.append(fact)

    @property
    def names(self) -> list[str]:
        return [name for name, _ in said(self.facts)]


def worker(*rows: Row) -> list[tuple[str, Row]]:
    return [("worker-0", row) for row in rows]


def planned(number: int) -> ExchangePlanned:
    return ExchangePlanned(
        exchange=number,
        trace_id=trace_id(RUN_TAG, number),
        replica=0,
        planned_ns=at(1.0),
        dispatched_ns=at(1.0),
        prompt_tokens=1,
        output_tokens=1,
    )


def tried(number: int, ordinal: int, endpoint: str, outcome: Outcome) -> tuple[Row, Row]:
    span = attempt_span_id(trace_id(RUN_TAG, number), ordinal)
    begun = AttemptBegun(
        exchange=number, attempt=ordinal, endpoint=endpoint, key=0, span_id=span, begin_ns=at(1.0)
    )
    return begun, AttemptEnded(exchange=number, attempt=ordinal, end_ns=at(1.5), outcome=outcome)


def over(number: int, outcome: Outcome, served_by: str = "") -> ExchangeEnded:
    return ExchangeEnded(exchange=number, end_ns=at(2.0), outcome=outcome, served_by=served_by)


def hop(number: int, ordinal: int, endpoint: str, outcome: Outcome) -> list[tuple[str, Row]]:
    begun = HopBegun(
        hop=ordinal,
        endpoint=endpoint,
        connection=1,
        begin_ns=at(1.0),
        trace_id=trace_id(RUN_TAG, number),
        joined_by="mark",
    )
    ended = HopEnded(hop=ordinal, end_ns=at(1.5), mode="relay", ending="complete", outcome=outcome)
    return [("injector-0", begun), ("injector-0", ended)]


def test_an_exchange_is_told_a_moment_after_its_end() -> None:
    log = Log()
    log.take(
        *worker(
            planned(3),
            *tried(3, 0, "azure", Outcome.SERVER_ERROR),
            *tried(3, 1, "vertex", Outcome.OK),
            over(3, Outcome.OK, "vertex"),
            planned(4),
            *tried(4, 0, "azure", Outcome.OK),
            over(4, Outcome.OK, "azure"),
        )
    )
    log.live.flush(at(2.0))
    assert log.names == ["run.started"]
    log.live.flush(at(2.0) + SETTLE_NS)
    (told,) = log.facts[1:]
    assert told.message == "exchange 3 failed over from azure (server_error) to vertex"
    assert told.trace_id == trace_id(RUN_TAG, 3)


def test_behind_a_gateway_the_proxies_tell_who_was_asked_whichever_spool_is_read_first() -> None:
    log = Log()
    log.take(
        *hop(3, 0, "azure", Outcome.SERVER_ERROR),
        *worker(planned(3), *tried(3, 0, GATEWAY, Outcome.OK), over(3, Outcome.OK, GATEWAY)),
        *hop(3, 1, "vertex", Outcome.OK),
    )
    log.live.flush(at(9.0))
    assert said(log.facts)[1:] == [
        ("exchange.failed_over", "exchange 3 failed over from azure (server_error) to vertex")
    ]


def test_our_own_clients_tries_are_not_counted_twice() -> None:
    log = Log()
    log.take(
        *worker(planned(3), *tried(3, 0, "azure", Outcome.SERVER_ERROR)),
        *hop(3, 0, "azure", Outcome.SERVER_ERROR),
        *worker(over(3, Outcome.SERVER_ERROR)),
    )
    log.live.flush(at(9.0))
    assert log.facts[1].message == "exchange 3 failed: server_error; asked: azure server_error"


def test_a_phase_that_the_run_does_not_live_to_see_is_not_told() -> None:
    log = Log()
    phases = [("fault", 1.0, 5.0), ("recovery", 5.0, 9.0)]
    for name, start, end in phases:
        facts: dict[str, Any] = {"start_ns": at(start), "end_ns": at(end)}
        log.take(("conductor-0", Event(name="phase", at_ns=at(0.5), subject=name, facts=facts)))
    log.live.flush(at(2.0))
    assert log.names == ["run.started", "phase.started"]
    log.take(("conductor-0", Event(name="run_end", at_ns=at(3.0), facts={"faults_left": 0})))
    log.live.close()
    assert log.names == ["run.started", "phase.started", "run.ended"]


def test_a_total_outage_is_counted_at_the_end() -> None:
    log = Log(most=2)
    log.take(
        *worker(*(planned(n) for n in range(5)), *(over(n, Outcome.STALLED) for n in range(5)))
    )
    log.live.close()
    assert log.names == ["run.started", "exchange.failed", "exchange.failed", "log.omitted"]
