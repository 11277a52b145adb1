"""Phases and windows become annotations, each once."""

import msgspec

from telemetry import names
from telemetry.grafana.annotations import Annotation, annotations, missing
from telemetry.span_fact import Attributes, SpanFact

RUN = "20261127T082956Z-outage-0a1b2c3d"


def span(name: str, attributes: Attributes) -> SpanFact:
    return SpanFact(
        trace_id="a" * 32,
        span_id="b" * 16,
        parent_span_id="",
        name=name,
        kind="INTERNAL",
        start_ns=1_764_000_000_123_456_789,
        end_ns=1_764_000_020_000_000_000,
        error="",
        attributes=attributes,
    )


WINDOW = span(
    "fault outage",
    {
        names.WINDOW: "outage",
        names.WINDOW_ENDPOINTS: ["azure", "azure-2"],
        names.WINDOW_EXCHANGES: 24,
        names.FAULT_KIND: "http_error",
        names.FAULT_PARAMETERS: '{"status":503}',
    },
)
PHASE = span("phase warm_up", {names.PHASE: "warm_up"})
RUN_ITSELF = span("crosswind run", {names.RUN_TITLE: "An outage"})


def made(*spans: SpanFact) -> list[Annotation]:
    return list(annotations(spans, RUN))


def test_a_window_says_what_where_and_how_many_it_touched() -> None:
    (one,) = made(WINDOW)
    assert one.text == 'outage: http_error {"status":503} at azure, azure-2; touched 24 exchanges'
    assert one.tags == ("crosswind", f"run:{RUN}", "fault", "fault:outage")


def test_times_are_whole_milliseconds() -> None:
    (one,) = made(WINDOW)
    assert (one.time, one.timeEnd) == (1_764_000_000_123, 1_764_000_020_000)


def test_a_phase_is_told_and_the_run_is_not() -> None:
    (one,) = made(RUN_ITSELF, PHASE)
    assert one.text == "phase warm up"
    assert "phase:warm_up" in one.tags


def test_what_is_there_is_not_told_again() -> None:
    wanted = made(WINDOW, PHASE)
    there = [{"id": 1, "tags": list(reversed(wanted[0].tags)), **times(wanted[0])}]
    assert missing(wanted, there) == wanted[1:]
    assert missing(wanted, [{"id": 2, "tags": None}]) == wanted


def times(one: Annotation) -> dict[str, int]:
    told = msgspec.to_builtins(one)
    return {"time": told["time"], "timeEnd": told["timeEnd"]}
