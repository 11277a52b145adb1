"""What protobuf says is read; the official messages are what is written."""

import pytest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, ArrayValue, KeyValueList
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from telemetry.collecting.limits import USUAL, Limits
from telemetry.collecting.otlp_protobuf import ProtobufReader
from telemetry.collecting.refusal import RefusedError
from telemetry.collecting.spans import Unfit
from telemetry.rows import SpanCollected
from tests.telemetry.collecting.requests import (
    SPAN_ID,
    TRACE_ID,
    many_attributes,
    pair,
    request,
    span,
)


def read(body: bytes, limits: Limits = USUAL) -> list[SpanCollected | Unfit]:
    return list(ProtobufReader(limits).spans(body))


def values() -> dict[str, AnyValue]:
    """Return one attribute of each kind."""
    listed = ArrayValue(values=[AnyValue(string_value="a"), AnyValue(int_value=2)])
    mapped = KeyValueList(values=[pair("in", AnyValue(bool_value=False))])
    return {
        "text": AnyValue(string_value="näme"),
        "yes": AnyValue(bool_value=True),
        "whole": AnyValue(int_value=-(2**63)),
        "part": AnyValue(double_value=0.5),
        "bytes": AnyValue(bytes_value=b"\x00\xff"),
        "list": AnyValue(array_value=listed),
        "map": AnyValue(kvlist_value=mapped),
        "none": AnyValue(),
    }


def full_span() -> Span:
    """Return a span with everything in it."""
    made = span()
    made.parent_span_id = bytes(range(8))
    made.trace_state = "vendor=1"
    made.status.CopyFrom(Status(code=Status.STATUS_CODE_ERROR, message="503"))
    made.attributes.extend(pair(name, value) for name, value in values().items())
    made.events.add(name="exception")
    made.links.add(trace_id=TRACE_ID, span_id=SPAN_ID)
    made.dropped_attributes_count = 4
    return made


FULL = SpanCollected(
    trace_id=TRACE_ID.hex(),
    span_id=SPAN_ID.hex(),
    parent_span_id="0001020304050607",
    trace_state="vendor=1",
    name="route",
    span_kind="SERVER",
    start_unix_ns=1_700_000_000_000_000_000,
    end_unix_ns=1_700_000_000_000_000_500,
    status="ERROR",
    status_message="503",
    attributes={
        "text": "näme",
        "yes": True,
        "whole": -(2**63),
        "part": 0.5,
        "bytes": "AP8=",
        "list": ["a", 2],
        "map": {"in": False},
        "none": None,
    },
    dropped_attributes=4,
    dropped_events=1,
    dropped_links=1,
    resource={"service.name": "gateway"},
    scope="router",
    scope_version="1",
)


def test_everything_that_a_span_says_is_kept() -> None:
    assert read(request(full_span()).SerializeToString()) == [FULL]


def test_a_resource_that_comes_after_its_spans_is_theirs() -> None:
    (of_resource,) = request(span()).resource_spans
    resource, scopes = type(of_resource)(), type(of_resource)()
    resource.resource.CopyFrom(of_resource.resource)
    scopes.scope_spans.extend(of_resource.scope_spans)
    body = scopes.SerializeToString() + resource.SerializeToString()
    (row,) = read(b"\x0a" + _length(len(body)) + body)
    assert isinstance(row, SpanCollected)
    assert row.resource == {"service.name": "gateway"}


def _length(size: int) -> bytes:
    return bytes([size & 0x7F | 0x80, size >> 7])


def test_attributes_beyond_the_bound_are_counted() -> None:
    (row,) = read(many_attributes(1000), Limits(attributes=5))
    assert isinstance(row, SpanCollected)
    assert (list(row.attributes), row.dropped_attributes) == (["0", "1", "2", "3", "4"], 995)


def test_a_span_that_is_too_large_is_refused_alone() -> None:
    large = span(attributes={"prompt": "x" * 400})
    found = read(request(span(), large).SerializeToString(), Limits(span_bytes=200))
    assert [isinstance(one, Unfit) for one in found] == [False, True]


def test_values_too_deep_are_no_values() -> None:
    value = AnyValue(string_value="deep")
    for _ in range(5):
        value = AnyValue(array_value=ArrayValue(values=[value]))
    deep = span()
    deep.attributes.append(pair("a", value))
    (row,) = read(request(deep).SerializeToString(), Limits(depth=4))
    assert isinstance(row, SpanCollected)
    assert row.attributes == {"a": [[[None]]]}


@pytest.mark.parametrize(
    ("body", "status"),
    [(b"\x0a\x05hi", 400), (b"\x0a\x04\x12\x02\x12\xff", 400), (b"\x0a\x00" * 9, 413)],
)
def test_what_is_no_request_is_refused(body: bytes, status: int) -> None:
    with pytest.raises(RefusedError) as raised:
        read(body, Limits(messages=8))
    assert raised.value.status == status


def test_nothing_is_a_request_without_spans() -> None:
    assert read(b"") == []
