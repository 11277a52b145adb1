"""A run stops for what ended lately, with enough of it, and for nothing long past."""

import pytest

from telemetry.clock import nanoseconds
from telemetry.identity import trace_id
from telemetry.outcome import Outcome
from telemetry.rows import (
    AttemptBegun,
    AttemptEnded,
    Event,
    ExchangeEnded,
    ExchangePlanned,
    HopBegun,
    HopEnded,
)
from telemetry.stops import MetricStop, StopWatch, stoppable

TAG = "0a0b0c0d"
ERRORS = MetricStop(metric="user_errors", above=20, over_s=10, min_samples=5)


def ended(watch: StopWatch, number: int, at_s: float, outcome: Outcome) -> None:
    """Let an exchange of a tenth of a second end."""
    begin_ns, end_ns = nanoseconds(at_s - 0.1), nanoseconds(at_s)
    planned = ExchangePlanned(
        exchange=number,
        trace_id=trace_id(TAG, number),
        replica=0,
        planned_ns=begin_ns,
        dispatched_ns=begin_ns,
        prompt_tokens=1,
        output_tokens=1,
    )
    begun = AttemptBegun(
        exchange=number, attempt=0, endpoint="azure", key=0, span_id="1" * 16, begin_ns=begin_ns
    )
    over = AttemptEnded(exchange=number, attempt=0, end_ns=end_ns, outcome=outcome)
    end = ExchangeEnded(exchange=number, end_ns=end_ns, outcome=outcome)
    for row in (planned, begun, over, end):
        watch.take("worker-0", row, end_ns)


def failing(*stops: MetricStop, count: int = 10, failed: int = 5) -> StopWatch:
    watch = StopWatch(stops, TAG)
    for number in range(count):
        outcome = Outcome.SERVER_ERROR if number < failed else Outcome.OK
        ended(watch, number, 1 + number / 10, outcome)
    return watch


def test_too_many_errors_stop_the_run_with_their_figure() -> None:
    reason = failing(ERRORS).reason(nanoseconds(3))
    assert reason.startswith("stop condition: user_errors 50 % over 10 s, above 20:")
    assert "5 of 10 exchanges failed" in reason


@pytest.mark.parametrize(
    ("watch", "now_s"),
    [
        (failing(ERRORS, count=4, failed=4), 3.0),
        (failing(ERRORS, failed=2), 3.0),
        (failing(ERRORS), 13.0),
        (failing(), 3.0),
    ],
    ids=["too few samples", "not above", "long past", "no condition"],
)
def test_nothing_else_does(watch: StopWatch, now_s: float) -> None:
    assert watch.reason(nanoseconds(now_s)) == ""


def test_an_endpoint_is_looked_at_alone() -> None:
    azure, vertex = (
        MetricStop(metric="native_errors", endpoint=name, above=20, min_samples=5)
        for name in ("azure", "vertex")
    )
    assert "native_errors at azure 50 %" in failing(azure).reason(nanoseconds(3))
    assert failing(vertex).reason(nanoseconds(3)) == ""


def test_what_is_long_past_is_not_kept() -> None:
    watch = failing(ERRORS)
    watch.reason(nanoseconds(1000))
    assert len(watch._rows) == 0


def test_what_needs_a_window_or_a_distribution_cannot_stop_a_run() -> None:
    assert "user_errors" in stoppable()
    assert not {"failover_time", "time_to_first_token"} & set(stoppable())


def test_a_commands_requests_count_however_long_ago_it_began() -> None:
    watch = StopWatch((ERRORS,), TAG)
    watch.take("conductor-0", Event(name="command_start", at_ns=0), 0)
    at_ns = nanoseconds(3600)
    for number in range(6):
        begun = HopBegun(
            hop=number, endpoint="azure", connection=0, begin_ns=at_ns, body_hash=f"{number:016x}"
        )
        end = HopEnded(
            hop=number, end_ns=at_ns, mode="script", ending="complete", outcome=Outcome.SERVER_ERROR
        )
        for row in (begun, end):
            watch.take("injector-0", row, at_ns)
    assert "6 of 6 exchanges failed" in watch.reason(at_ns + 1)
