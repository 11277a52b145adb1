"""Our JSON, read by protobuf's own reader, is what the SDK's encoder makes of the same spans."""

import base64
import json
from collections.abc import Callable, Sequence
from typing import Any

from google.protobuf import json_format
from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.trace import SpanContext, Status, StatusCode, TraceFlags, TraceState

from telemetry.export import units_of
from telemetry.export_collected import CollectedSpan, Resources
from telemetry.exporting.otlp_json import traces_data
from telemetry.run_spans import Injected
from telemetry.span_attributes import Served
from telemetry.spans import Described
from tests.experiments.scenario import record, with_breaker
from tests.telemetry.collecting.test_otlp_protobuf import FULL

DESCRIBED = Described(
    endpoints={
        "azure": Served("azure.ai.openai", "gpt-4o"),
        "vertex": Served("gcp.vertex_ai", "g"),
    },
    injected={"outage": Injected("http_error", '{"status":503}')},
)
IDS = ("traceId", "spanId", "parentSpanId")


def spans_of_a_run() -> list[ReadableSpan]:
    units = units_of(record(with_breaker()), "run-1", DESCRIBED, [FULL])
    return [span for unit in units for span in unit.spans]


def read_officially(line: bytes) -> ExportTraceServiceRequest:
    """Read with protobuf's reader, once ids are in base64, as it alone knows them."""
    told = json.loads(line)
    for resource in told["resourceSpans"]:
        for scope in resource["scopeSpans"]:
            for span in scope["spans"]:
                for one in (span, *span.get("links", ())):
                    one |= {n: based(one[n]) for n in IDS if n in one}
    return json_format.ParseDict(told, ExportTraceServiceRequest())  # type: ignore[no-any-return] # theirs


def based(digits: str) -> str:
    return base64.b64encode(bytes.fromhex(digits)).decode()


def of_each_span(request: ExportTraceServiceRequest, get: Callable[[Any, Any, Any], Any]) -> Any:
    return sorted(
        (
            get(r, s, span)
            for r in request.resource_spans
            for s in r.scope_spans
            for span in s.spans
        ),
        key=str,
    )


def same(spans: Sequence[ReadableSpan]) -> None:
    read, official = read_officially(traces_data(spans)), encode_spans(spans)

    def whole(resource: Any, scope: Any, span: Any) -> tuple[bytes, ...]:
        parts = (resource.resource, scope.scope, span)
        return tuple(part.SerializeToString(deterministic=True) for part in parts)

    assert of_each_span(read, whole) == of_each_span(official, whole)
    assert {s.schema_url for r in read.resource_spans for s in r.scope_spans} == {
        s.schema_url for r in official.resource_spans for s in r.scope_spans
    }


def test_every_span_of_a_run_is_what_the_sdk_would_send() -> None:
    spans = spans_of_a_run()
    assert any(span.links for span in spans)
    assert len({id(span.resource) for span in spans}) == 2
    same(spans)


def test_odd_values_keep_their_type_and_their_size() -> None:
    context = SpanContext(
        1, 2, is_remote=False, trace_flags=TraceFlags(1), trace_state=TraceState([("k", "v")])
    )
    odd: dict[str, Any] = {
        "big": 2**63 - 1,
        "low": -(2**63),
        "none": float("nan"),
        "all": float("inf"),
        "least": float("-inf"),
        "small": 5e-324,
        "whole": 1.0,
        "yes": True,
        "empty": "",
        "quoted": 'ü "\\\n\u2028',
        "list": ["a", "b"],
        "numbers": [1, 2**60],
        "nothing": [],
    }
    span = ReadableSpan(
        name="odd",
        context=context,
        resource=Resource({"a": 1}),
        attributes=odd,
        status=Status(StatusCode.ERROR, "gone"),
        start_time=2**63 - 1,
        end_time=2**63 - 1,
    )
    same([span])


def test_a_span_of_others_tells_what_was_dropped() -> None:
    same([CollectedSpan(FULL, Resources("run-1").of(FULL))])
    (of_resource,) = json.loads(traces_data([CollectedSpan(FULL, Resources("r").of(FULL))]))[
        "resourceSpans"
    ]
    assert of_resource["scopeSpans"][0]["spans"][0]["droppedAttributesCount"] == 4
