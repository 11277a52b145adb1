"""What JSON says is what protobuf says."""

import base64
import json
from typing import Any

import pytest
from google.protobuf.json_format import MessageToDict

from telemetry.collecting.limits import USUAL, Limits
from telemetry.collecting.otlp_json import JsonReader
from telemetry.collecting.refusal import RefusedError
from telemetry.collecting.spans import Unfit
from telemetry.rows import SpanCollected
from tests.telemetry.collecting.requests import request, span
from tests.telemetry.collecting.test_otlp_protobuf import FULL, full_span


def read(body: bytes, limits: Limits = USUAL) -> list[SpanCollected | Unfit]:
    return list(JsonReader(limits).spans(body))


def in_json(message: Any) -> bytes:
    """Write a message as OTLP does: protobuf's own JSON, with ids as hex digits."""
    said = MessageToDict(message, use_integers_for_enums=True)
    return json.dumps(_with_hex_ids(said)).encode()


def _with_hex_ids(said: Any) -> Any:
    if isinstance(said, list):
        return [_with_hex_ids(one) for one in said]
    if not isinstance(said, dict):
        return said
    return {
        name: base64.b64decode(one).hex() if name.endswith("Id") else _with_hex_ids(one)
        for name, one in said.items()
    }


def test_everything_that_a_span_says_is_kept_as_from_protobuf() -> None:
    assert read(in_json(request(full_span()))) == [FULL]


def spans_of(*spans: dict[str, Any], limits: Limits = USUAL) -> list[SpanCollected | Unfit]:
    asked = {"resourceSpans": [{"scopeSpans": [{"spans": list(spans)}]}], "unknown": 1}
    return read(json.dumps(asked).encode(), limits)


IDS = {"traceId": "0" * 31 + "A", "spanId": "b" * 16}


def test_upper_case_ids_nulls_and_unknown_names_are_read() -> None:
    (row,) = spans_of({**IDS, "parentSpanId": None, "startTimeUnixNano": "7", "flags": 256})
    assert isinstance(row, SpanCollected)
    assert (row.trace_id[-1], row.parent_span_id, row.start_unix_ns) == ("a", "", 7)


def test_doubles_may_be_words() -> None:
    said = [
        {"key": "a", "value": {"doubleValue": "NaN"}},
        {"key": "b", "value": {"doubleValue": 1}},
    ]
    (row,) = spans_of({**IDS, "attributes": said})
    assert isinstance(row, SpanCollected)
    assert row.attributes == {"a": "NaN", "b": 1.0}


def test_a_span_that_is_too_large_is_refused_alone() -> None:
    found = spans_of(IDS, {**IDS, "name": "x" * 300}, limits=Limits(span_bytes=200))
    assert [isinstance(one, Unfit) for one in found] == [False, True]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"[]", 400),
        (b'{"resourceSpans": {}}', 400),
        (b'{"resourceSpans":[{"scopeSpans":[{"spans":[{"kind":"SERVER"}]}]}]}', 400),
        (b'{"resourceSpans":[{"scopeSpans":[{"spans":[{"startTimeUnixNano":-1}]}]}]}', 400),
        (b'{"x":' + b"[" * 5000 + b"]" * 5000 + b"}", 400),
        (b'{"resourceSpans":[' + b"{}," * 9999 + b"{}]}", 413),
    ],
)
def test_what_is_no_request_is_refused(body: bytes, status: int) -> None:
    with pytest.raises(RefusedError) as raised:
        read(body, Limits(messages=10_000) if status == 413 else USUAL)
    assert raised.value.status == status


def test_requests_are_alike_in_both_encodings() -> None:
    assert len(read(in_json(request(span(), span())))) == 2
