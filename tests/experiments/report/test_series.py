import math

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from experiments.report.breakers import BreakerStep, breaker_steps
from experiments.report.series import (
    Bins,
    Dot,
    bin_width_s,
    endpoints,
    series,
    thin,
    traffic,
)
from telemetry.exchange import Attempt, Evidence, Exchange, Phase, Touch
from telemetry.outcome import Outcome
from telemetry.record import EventFact
from tests.experiments.report.synthetic import START_NS, attempt, ns, run


def exchange(number: int, at_s: float, *attempts: Attempt) -> Exchange:
    last = attempts[-1] if attempts else None
    return Exchange(
        number=number,
        trace_id=f"{number:032x}",
        replica=0,
        planned_ns=ns(at_s),
        dispatched_ns=ns(at_s),
        prompt_tokens=1,
        output_tokens=1,
        end_ns=last.end_ns if last else None,
        outcome=last.outcome if last else Outcome.NO_ENDPOINT,
        attempts=attempts,
    )


def evidence(*exchanges: Exchange, end_s: float = 4.0) -> Evidence:
    return Evidence(
        exchanges=exchanges,
        phases=(Phase(name="baseline", start_ns=START_NS, end_ns=ns(end_s)),),
        windows=(),
        endpoints=("azure", "vertex"),
        start_ns=START_NS,
        end_ns=ns(end_s),
    )


def refused(number: int, at_s: float, *, touched: bool = False) -> Attempt:
    touches = (Touch(fault="outage", action="answered", at_ns=ns(at_s)),) if touched else ()
    outcome = Outcome.SERVER_ERROR
    return attempt(number, 0, "azure", at_s, (0.1, 0.0), outcome=outcome, touches=touches)


def answered(number: int, at_s: float, endpoint: str, ordinal: int = 0) -> Attempt:
    return attempt(number, ordinal, endpoint, at_s, (0.3, 0.5))


FOUR = evidence(
    exchange(0, 0.0, answered(0, 0.0, "azure")),
    exchange(1, 0.999, refused(1, 0.999)),
    exchange(2, 1.0, refused(2, 1.0, touched=True), answered(2, 1.1, "vertex", 1)),
    exchange(3, 3.5),
)
SECONDS = Bins(START_NS, 1.0, 4)


def test_each_exchange_counts_once_where_it_was_planned_by_who_served_it() -> None:
    counted = traffic(FOUR, SECONDS)
    assert counted.served == {"azure": (1, 0, 0, 0), "vertex": (0, 1, 0, 0)}
    assert counted.failed == (1, 0, 0, 1)
    assert counted.total == (2, 1, 0, 1)


def test_the_error_share_of_a_bin_without_exchanges_is_unknown_not_zero() -> None:
    assert traffic(FOUR, SECONDS).error_share == (0.5, 0.0, None, 1.0)


def test_attempts_count_where_they_were_sent_and_touched_ones_twice_over() -> None:
    record = run().record
    lanes = {lane.endpoint: lane for lane in series(record, FOUR).lanes}
    assert sum(lanes["azure"].attempts) == 3
    assert sum(lanes["azure"].touched) == 1
    assert (sum(lanes["vertex"].attempts), sum(lanes["vertex"].touched)) == (1, 0)


def test_a_failed_exchange_is_an_infinitely_slow_one_in_every_percentile() -> None:
    latency = series(run().record, FOUR).latency
    assert [dot.value_s for dot in latency.dots].count(math.inf) == 2
    assert latency.p50[0] == 0.3
    assert latency.p95[0] == math.inf
    assert latency.p50[2] is None


def test_an_endpoint_that_only_the_record_knows_is_plotted_too() -> None:
    stranger = exchange(9, 1.0, answered(9, 1.0, "elsewhere"))
    assert endpoints(evidence(stranger)) == ("azure", "vertex", "elsewhere")


def test_bins_are_seconds_until_there_would_be_too_many() -> None:
    assert [bin_width_s(span) for span in (1, 60, 200, 201, 3600, 86400)] == [1, 1, 1, 2, 30, 600]


def test_a_moment_outside_the_run_is_in_no_bin() -> None:
    assert [SECONDS.index(ns(at_s)) for at_s in (-0.1, 0.0, 3.999, 4.0)] == [None, 0, 3, None]


def test_breakers_are_counted_over_the_replicas_until_they_close() -> None:
    def event(at_s: float, replica: int, state: str) -> EventFact:
        facts: dict[str, str | int | float | bool | None] = {"replica": replica, "state": state}
        return EventFact(spool="w", name="breaker", at_ns=ns(at_s), subject="azure", facts=facts)

    events = [event(1, 0, "open"), event(2, 1, "open"), event(3, 0, "half_open")]
    events += [event(4, 0, "closed"), event(5, 1, "closed")]
    assert breaker_steps(events, START_NS, 9.0) == (
        BreakerStep(1.0, 2.0, 1, 2),
        BreakerStep(2.0, 4.0, 2, 2),
        BreakerStep(4.0, 5.0, 1, 2),
    )
    assert breaker_steps(events[:1], START_NS, 9.0) == (BreakerStep(1.0, 9.0, 1, 1),)


def test_thinning_keeps_failures_apart_and_everything_when_there_is_room() -> None:
    dots = [Dot(float(i), math.inf if i % 100 == 0 else 1.0, "azure") for i in range(1000)]
    kept = thin(dots, most=100)
    assert sum(math.isinf(dot.value_s) for dot in kept) == 10
    assert len(kept) <= 200
    assert thin(dots, most=1000) == tuple(dots)


def test_nothing_at_all_still_makes_a_series() -> None:
    empty = msgspec.structs.replace(evidence(), phases=(), end_ns=START_NS)
    found = series(run().record, empty)
    assert (found.end_s, sum(found.traffic.total)) == (1.0, 0)


@given(st.lists(st.floats(0, 500), max_size=60))
def test_no_exchange_is_ever_lost_or_counted_twice(moments: list[float]) -> None:
    planned = tuple(exchange(i, at_s) for i, at_s in enumerate(moments))
    found = series(run().record, evidence(*planned, end_s=500.0))
    inside = sum(at_s < found.bins.width_s * found.bins.count for at_s in moments)
    assert sum(found.traffic.total) == inside
    assert len(found.latency.dots) == len(moments)
