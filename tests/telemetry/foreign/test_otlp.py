import json
from typing import Any

import pytest

from telemetry.foreign.otlp import NotOtlpError, read_document
from telemetry.foreign.span import Spans

SPAN: dict[str, Any] = {
    "traceId": "0af7651916cd43dd8448eb211c80319c",
    "spanId": "b7ad6b7169203331",
    "name": "chat gpt-4o",
    "kind": 3,
    "startTimeUnixNano": "1000",
    "endTimeUnixNano": 2000,
    "status": {"code": 2},
    "attributes": [
        {"key": "http.response.status_code", "value": {"intValue": "503"}},
        {
            "key": "gen_ai.response.finish_reasons",
            "value": {"arrayValue": {"values": [{"stringValue": "stop"}]}},
        },
    ],
    "events": [{"name": "gen_ai.first_token", "timeUnixNano": "1500"}],
}


def found(document: object) -> Spans:
    spans = Spans(source="here")
    read_document(json.dumps(document).encode(), spans)
    return spans


def wrapped(span: object) -> dict[str, Any]:
    return {"resourceSpans": [{"scopeSpans": [{"spans": [span]}]}]}


def test_a_span_as_otlp_has_it() -> None:
    (span,) = found(wrapped(SPAN)).spans
    assert (span.kind, span.status, span.start_ns, span.end_ns) == ("CLIENT", "ERROR", 1000, 2000)
    assert span.attributes["http.response.status_code"] == 503
    assert span.attributes["gen_ai.response.finish_reasons"] == ["stop"]
    assert span.events == (("gen_ai.first_token", 1500),)


def test_the_same_span_as_stores_write_it() -> None:
    said = {
        **SPAN,
        "traceId": "CvdlGRbNQ92ESOshHIAxnA==",
        "spanId": "t61rcWkgMzE=",
        "kind": "SPAN_KIND_CLIENT",
        "status": {"code": "STATUS_CODE_ERROR"},
    }
    older = {"batches": [{"instrumentationLibrarySpans": [{"spans": [said]}]}]}
    assert found({"trace": wrapped(said)}).spans == found(wrapped(SPAN)).spans
    assert found(older).spans == found(wrapped(SPAN)).spans


@pytest.mark.parametrize("wrong", [7, None, {}, {**SPAN, "traceId": "x"}, {**SPAN, "spanId": []}])
def test_what_is_no_span_is_counted_and_the_rest_is_read(wrong: object) -> None:
    both = {"resourceSpans": [{"scopeSpans": [{"spans": [wrong, SPAN]}]}]}
    spans = found(both)
    assert (len(spans.spans), sum(spans.unfit.values())) == (1, 1)


@pytest.mark.parametrize("document", [7, {}, {"resourceSpans": 3}, [[]], "x"])
def test_another_document_is_refused(document: object) -> None:
    with pytest.raises(NotOtlpError):
        found(document)


def test_neither_is_text_that_is_no_json() -> None:
    with pytest.raises(NotOtlpError, match="not JSON"):
        read_document(b"[" * 100_000, Spans(source="here"))
