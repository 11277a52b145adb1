"""What is taken is recorded and counted; what is not is only counted."""

import pytest

from telemetry.collecting.intake import Counts, Intake
from telemetry.collecting.limits import Limits
from telemetry.collecting.refusal import RefusedError, Taken
from telemetry.rows import SpanCollected
from tests.telemetry.collecting.requests import many_attributes, request, span

S = 1_000_000_000


def intake(limits: Limits) -> tuple[Intake, list[SpanCollected]]:
    rows: list[SpanCollected] = []
    return Intake(rows.append, limits, 0), rows


def body(count: int) -> bytes:
    said: bytes = request(*[span() for _ in range(count)]).SerializeToString()
    return said


def test_what_comes_is_recorded_with_the_time_of_its_coming() -> None:
    one, rows = intake(Limits())
    assert one.take(body(3), "protobuf", 7) == Taken(accepted=3)
    assert [row.at_ns for row in rows] == [7, 7, 7]
    assert one.counts == Counts(accepted_spans=3)


def test_more_spans_than_there_may_be_are_refused_with_a_reason() -> None:
    one, rows = intake(Limits(spans_per_request=3, spans_per_run=5))
    assert one.take(body(5), "protobuf", 0) == Taken(
        accepted=3, refused=2, reason="more than 3 spans in one request"
    )
    assert one.take(body(3), "protobuf", 0) == Taken(
        accepted=2, refused=1, reason="more than 5 spans in all"
    )
    assert len(rows) == 5
    assert (one.counts.accepted_spans, one.counts.refused_spans) == (5, 3)


def test_a_request_that_breaks_in_the_middle_leaves_nothing() -> None:
    one, rows = intake(Limits())
    with pytest.raises(RefusedError):
        one.take(body(3) + b"\x0a\x09broken", "protobuf", 0)
    assert rows == []


def test_rubbish_costs_too() -> None:
    one, _ = intake(Limits(spans_per_s=1.0, burst_spans=10))
    with pytest.raises(RefusedError) as first:
        one.take(b"\xff" * 512 * 20, "protobuf", 0)
    with pytest.raises(RefusedError) as second:
        one.take(body(1), "protobuf", 0)
    assert (first.value.status, second.value.status) == (400, 429)
    assert one.take(body(1), "protobuf", 30 * S).accepted == 1


def test_dropped_attributes_are_counted() -> None:
    one, _ = intake(Limits(attributes=10))
    one.take(many_attributes(25), "protobuf", 0)
    assert one.counts.dropped_attributes == 15
