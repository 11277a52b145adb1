from telemetry.identity import CANARY_FIRST_NUMBER
from telemetry.outcome import Outcome
from telemetry.progress import LiveView
from telemetry.rows import Event, FaultTouched
from tests.telemetry.scenes import BIG_NS, MS, ended, failover, planned


def test_what_ended_lately_is_counted_by_the_endpoint_that_served() -> None:
    view = LiveView(span_s=1.0)
    for number in range(4):
        for rows in failover(number, BIG_NS + number * 500 * MS).values():
            for row in rows:
                view.take(row)
    progress = view.progress(BIG_NS + 1600 * MS)
    assert progress.exchanges == 4
    assert progress.in_flight == 0
    assert progress.touched == 4
    assert progress.ended_lately == 2
    assert progress.served == {"vertex": 2}
    assert progress.time_to_first_token_p50_s == 0.014


def test_failures_and_what_is_in_flight_are_counted() -> None:
    view = LiveView(span_s=1.0)
    view.take(planned(1, BIG_NS))
    view.take(planned(2, BIG_NS))
    view.take(ended(1, BIG_NS + MS, Outcome.STALLED))
    progress = view.progress(BIG_NS + 2 * MS)
    assert (progress.exchanges, progress.in_flight, progress.failed) == (2, 1, 1)
    assert (progress.ended_lately, progress.failed_lately, progress.served) == (1, 1, {})
    assert progress.time_to_first_token_p50_s is None
    later = view.progress(BIG_NS + 5_000 * MS)
    assert (later.failed, later.failed_lately, later.ended_lately) == (1, 0, 0)


def test_canaries_are_left_out() -> None:
    view = LiveView()
    view.take(planned(CANARY_FIRST_NUMBER, BIG_NS))
    view.take(ended(CANARY_FIRST_NUMBER, BIG_NS + 1, served_by="azure"))
    progress = view.progress(BIG_NS + 2)
    assert (progress.exchanges, progress.in_flight, progress.ended_lately) == (0, 0, 0)


def test_touches_are_counted_by_fault() -> None:
    view = LiveView()
    for fault in ("outage", "outage", "slow"):
        view.take(FaultTouched(fault=fault, hop=1, endpoint="azure", action="answered", at_ns=1))
    progress = view.progress(BIG_NS)
    assert progress.touched == 3
    assert progress.touched_by == {"outage": 2, "slow": 1}


def test_each_breaker_counts_in_its_last_state() -> None:
    view = LiveView()
    turns = [(0, "open"), (1, "open"), (2, "open"), (1, "half_open"), (2, "closed")]
    for replica, state in turns:
        facts: dict[str, str | int | float | bool | None] = {"replica": replica, "state": state}
        view.take(Event(name="breaker", at_ns=1, subject="azure", facts=facts))
    view.take(Event(name="phase", at_ns=2, subject="fault"))
    assert view.progress(BIG_NS).breakers == {"azure": {"open": 1, "half_open": 1, "closed": 1}}
