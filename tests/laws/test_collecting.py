"""Whatever bytes come, a collector takes spans or refuses them, and its rows can be written."""

import gzip
import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from telemetry.collecting.http_words import coding_of
from telemetry.collecting.intake import Encoding, Intake
from telemetry.collecting.limits import Limits
from telemetry.collecting.refusal import RefusedError
from telemetry.collecting.unpacking import unpacked
from telemetry.recorder import Recorder
from telemetry.rows import SpanCollected, decode_row
from tests.telemetry.collecting.requests import request, span
from tests.telemetry.collecting.test_otlp_json import in_json
from tests.telemetry.collecting.test_otlp_json import read as read_json
from tests.telemetry.collecting.test_otlp_protobuf import full_span
from tests.telemetry.collecting.test_otlp_protobuf import read as read_protobuf

SMALL = Limits(body_bytes=4000, span_bytes=2000, messages=300, attributes=4, depth=3, items=3)
WHOLE = request(full_span(), span()).SerializeToString()
IN_JSON = in_json(request(full_span(), span()))

WORDS = """
resourceSpans scopeSpans spans resource scope attributes key value stringValue intValue
doubleValue bytesValue boolValue arrayValue kvlistValue values traceId spanId parentSpanId name
kind status code message startTimeUnixNano droppedAttributesCount events links
"""
NAMES = st.sampled_from(WORDS.split())
TEXTS = st.text(max_size=40) | st.sampled_from(["a" * 32, "b" * 16, "7", "NaN", "AP8="])
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | TEXTS
TREES = st.recursive(
    SCALARS,
    lambda below: st.lists(below, max_size=4) | st.dictionaries(NAMES, below, max_size=5),
    max_leaves=25,
)


def damaged(whole: bytes) -> st.SearchStrategy[bytes]:
    """Return a good request with some bytes changed, lost or doubled."""
    change = st.tuples(st.integers(0, len(whole)), st.integers(0, 9), st.binary(max_size=9))
    return st.lists(change, max_size=4).map(lambda changes: _changed(whole, changes))


def _changed(whole: bytes, changes: list[tuple[int, int, bytes]]) -> bytes:
    for at, lost, new in changes:
        whole = whole[:at] + new + whole[at + lost :]
    return whole


def take(body: bytes, encoding: Encoding, coding: str = "") -> None:
    """Take a request as the collector does; its rows must come out of the spool as they went in."""
    written = bytearray()

    def write(data: bytes) -> int:
        written.extend(data)
        return len(data)

    recorder = Recorder(write, "collector")
    rows: list[SpanCollected] = []

    def keep(row: SpanCollected) -> None:
        recorder.record(row)
        rows.append(row)

    intake = Intake(keep, SMALL, 0)
    try:
        plain = unpacked(body, coding_of({"content-encoding": coding}), SMALL.body_bytes)
        intake.take(plain, encoding, 1)
    except RefusedError:
        assert not rows
    recorder.close()
    read = [decode_row(line) for line in bytes(written).splitlines()]
    assert read[1:-1] == rows
    assert all(len(row.attributes) <= SMALL.attributes for row in rows)


@given(st.binary(max_size=400) | damaged(WHOLE))
def test_any_bytes_are_spans_or_refused_as_protobuf(body: bytes) -> None:
    take(body, "protobuf")


@given(st.binary(max_size=100) | damaged(IN_JSON))
def test_any_bytes_are_spans_or_refused_as_json(body: bytes) -> None:
    take(body, "json")


@given(TREES)
def test_any_json_in_the_names_of_otlp_is_spans_or_refused(tree: Any) -> None:
    take(json.dumps(tree).encode(), "json")
    wrapped = {"resourceSpans": [{"scopeSpans": [{"spans": [tree]}]}]}
    take(json.dumps(wrapped).encode(), "json")
    ids = {"traceId": "a" * 32, "spanId": "b" * 16, "attributes": [{"key": "k", "value": tree}]}
    wrapped = {"resourceSpans": [{"scopeSpans": [{"spans": [ids]}]}]}
    take(json.dumps(wrapped).encode(), "json")


@given(damaged(gzip.compress(WHOLE)), st.sampled_from(["gzip", "deflate", "", "br"]))
def test_any_packed_bytes_are_spans_or_refused(body: bytes, coding: str) -> None:
    take(body, "protobuf", coding)


@given(damaged(WHOLE))
def test_what_is_taken_as_protobuf_is_the_same_in_json(body: bytes) -> None:
    try:
        rows = read_protobuf(body)
        whole = ExportTraceServiceRequest.FromString(body)
    except Exception:  # noqa: BLE001 - bytes that one of both does not read say nothing here
        return
    assert read_json(in_json(whole)) == rows
