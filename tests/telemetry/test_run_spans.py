import pytest

from telemetry import names
from telemetry.identity import exchange_number, is_canary
from telemetry.span_fact import Link, SpanFact
from tests.telemetry.scenes import BIG_NS, CLOCK, MS, failover, opened
from tests.telemetry.test_spans import happenings, spans_of


@pytest.fixture(name="spans")
def run_and_failover() -> list[SpanFact]:
    conductor = [opened("conductor"), *happenings()]
    return spans_of({**failover(1, BIG_NS), "conductor-0": conductor})


def test_the_run_is_a_trace_of_its_own_that_no_exchange_can_have(spans: list[SpanFact]) -> None:
    run, phase, window, exchange, *_ = spans
    assert [span.name for span in (run, phase, window)] == [
        "crosswind run",
        "phase fault",
        "fault outage",
    ]
    assert {span.kind for span in (run, phase, window)} == {"INTERNAL"}
    assert run.trace_id == phase.trace_id == window.trace_id != exchange.trace_id
    assert is_canary(exchange_number(run.trace_id))
    assert run.parent_span_id == ""
    assert phase.parent_span_id == window.parent_span_id == run.span_id
    assert run.attributes[names.RUN_TITLE] == "Azure goes down"


def test_its_times_are_the_phases_and_the_windows(spans: list[SpanFact]) -> None:
    run, phase, window, *_ = spans
    assert (run.start_ns, run.end_ns) == (phase.start_ns, phase.end_ns)
    assert (phase.start_ns, phase.end_ns) == (CLOCK.wall_ns - MS, CLOCK.wall_ns + 50 * MS)
    assert (window.start_ns, window.end_ns) == (CLOCK.wall_ns, CLOCK.wall_ns + 40 * MS)


def test_a_window_tells_what_it_injected_and_whom_it_touched(spans: list[SpanFact]) -> None:
    window = spans[2]
    assert (
        window.attributes.items()
        >= {
            "crosswind.window.name": "outage",
            "crosswind.window.endpoints": ("azure",),
            "crosswind.window.share": 1.0,
            "crosswind.window.touched_exchanges": 1,
            "crosswind.window.touched_attempts": 1,
            "crosswind.fault.ids": ("outage",),
            "crosswind.fault.kind": "http_error",
            "crosswind.fault.parameters": '{"status":503}',
        }.items()
    )


def test_an_exchange_links_to_the_window_that_touched_it_and_no_window_links_back(
    spans: list[SpanFact],
) -> None:
    window, exchange = spans[2], spans[3]
    assert exchange.links == (Link(window.trace_id, window.span_id),)
    assert exchange.attributes[names.PHASE] == "fault"
    assert not [span for span in spans if span.links and span is not exchange]


def test_without_a_phase_there_is_no_span_of_a_run_and_nothing_to_link_to() -> None:
    spans = spans_of(failover(1, BIG_NS))
    assert spans[0].name.startswith("chat ")
    assert spans[0].links == ()
    assert names.PHASE not in spans[0].attributes
