"""What was collected is what a backend would have got; over sockets: test_gateway_process.py."""

from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from telemetry.collecting.limits import USUAL
from telemetry.collecting.otlp_protobuf import ProtobufReader
from telemetry.export_collected import CollectedSpan, Resources
from telemetry.rows import SpanCollected
from tests.telemetry.collecting.requests import request, span
from tests.telemetry.collecting.test_otlp_protobuf import FULL, full_span


def sent_on(row: SpanCollected) -> tuple[Span, dict[str, str], str]:
    """Return what the exporter makes of a span: itself, its resource, its scope's name."""
    encoded = encode_spans([CollectedSpan(row, Resources("run-1").of(row))])
    (of_resource,) = encoded.resource_spans
    (of_scope,) = of_resource.scope_spans
    resource = {pair.key: pair.value.string_value for pair in of_resource.resource.attributes}
    return of_scope.spans[0], resource, of_scope.scope.name


def test_a_span_is_sent_on_as_it_came() -> None:
    sent, resource, scope = sent_on(FULL)
    came = full_span()
    for name in ("trace_id", "span_id", "parent_span_id", "name", "kind", "trace_state"):
        assert getattr(sent, name) == getattr(came, name), name
    assert sent.start_time_unix_nano == came.start_time_unix_nano
    assert sent.end_time_unix_nano == came.end_time_unix_nano
    assert sent.status == came.status
    kept = {pair.key: pair.value for pair in came.attributes if pair.key not in {"none", "bytes"}}
    assert {pair.key: pair.value for pair in sent.attributes if pair.key != "bytes"} == kept
    assert resource == {"service.name": "gateway", "crosswind.run.id": "run-1"}
    assert scope == "router"


def test_what_is_missing_is_told_on() -> None:
    sent, _, _ = sent_on(FULL)
    dropped = (sent.dropped_attributes_count, sent.dropped_events_count, sent.dropped_links_count)
    assert dropped == (4, 1, 1)


def test_a_span_that_says_little_is_sent_on_too() -> None:
    little = request(Span(trace_id=span().trace_id, span_id=span().span_id)).SerializeToString()
    (row,) = ProtobufReader(USUAL).spans(little)
    assert isinstance(row, SpanCollected)
    sent, _, _ = sent_on(row)
    assert (sent.name, sent.parent_span_id, sent.status.code) == ("", b"", 0)


def test_a_resource_is_made_once() -> None:
    resources = Resources("run-1")
    assert resources.of(FULL) is resources.of(FULL)
