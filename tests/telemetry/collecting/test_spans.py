import pytest

from telemetry.collecting.limits import USUAL
from telemetry.collecting.spans import Sender, Unfit, made_span
from telemetry.rows import SpanCollected


def made(**said: object) -> SpanCollected | Unfit:
    usual = {
        "trace_id": "0" * 31 + "a",
        "span_id": "0" * 15 + "b",
        "parent_span_id": "",
        "trace_state": "",
        "name": "route",
        "kind": 2,
        "start_unix_ns": 5,
        "end_unix_ns": 9,
        "status": 2,
        "status_message": "no",
        "attributes": {"a": 1},
        "attributes_sent": 3,
        "events": 1,
        "links": 2,
    }
    return made_span(Sender({}, "router", "1"), USUAL, **{**usual, **said})  # type: ignore[arg-type]  # by name


def test_a_span_says_what_is_missing_of_it() -> None:
    row = made()
    assert isinstance(row, SpanCollected)
    assert (row.span_kind, row.status, row.status_message) == ("SERVER", "ERROR", "no")
    assert (row.dropped_attributes, row.dropped_events, row.dropped_links) == (2, 1, 2)


def test_numbers_without_a_word_are_left_out() -> None:
    row = made(kind=77, status=-1, parent_span_id="0" * 16)
    assert isinstance(row, SpanCollected)
    assert (row.span_kind, row.status, row.parent_span_id) == ("", "", "")


@pytest.mark.parametrize(
    "said",
    [
        {"trace_id": "a" * 31},
        {"trace_id": "0" * 32},
        {"trace_id": "g" * 32},
        {"span_id": "a" * 17},
        {"span_id": "0" * 16},
        {"parent_span_id": "a"},
    ],
)
def test_ids_that_are_none_make_no_span(said: dict[str, object]) -> None:
    assert isinstance(made(**said), Unfit)
