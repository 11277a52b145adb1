# ruff: noqa: INP001 - a script
"""Writes the traces of an outage as OTLP JSON, with nothing but the OpenTelemetry SDK.

    python outage.py traces.jsonl

Fifty requests a second for a minute, by eight clients in turn. From 20 s to 40 s the first provider
refuses everything. A client that was refused ten times in a row leaves it alone for about 5 s,
then tries it with one request. Every refused request is answered by the second provider. Times are
given to the spans, so everything is known to the nanosecond.
"""

import base64
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from google.protobuf.json_format import MessageToDict
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.trace import Span, SpanKind, Status, StatusCode, Tracer, set_span_in_context

ZERO_NS = 1_767_225_600 * 10**9  # 2026-01-01T00:00:00Z
MS = 10**6
EVERY_MS, LOAD_MS = 20, 60_000
OUTAGE_MS = (20_000, 40_000)
CLIENTS, FAILURES = 8, 10
REFUSED_MS, ANSWERED_MS, FIRST_CHUNK_MS = 10, 400, 150
AZURE = {"gen_ai.provider.name": "azure.ai.openai", "server.address": "eu.openai.azure.com"}
VERTEX = {"gen_ai.provider.name": "gcp.vertex_ai", "server.address": "aiplatform.googleapis.com"}


class Request(NamedTuple):
    """One request: when it came, and whether it asked the first provider, and was refused."""

    at_ms: int
    asked: bool
    refused: bool


def requests() -> Iterator[Request]:
    """Yield what happened, in order."""
    in_a_row, closed_until = [0] * CLIENTS, [0] * CLIENTS
    for number in range(LOAD_MS // EVERY_MS):
        at_ms, client = number * EVERY_MS, number % CLIENTS
        asked = at_ms >= closed_until[client]
        refused = asked and OUTAGE_MS[0] <= at_ms < OUTAGE_MS[1]
        yield Request(at_ms, asked, refused)
        if asked:
            in_a_row[client] = in_a_row[client] + 1 if refused else 0
        if refused and in_a_row[client] >= FAILURES:
            closed_until[client] = at_ms + REFUSED_MS + 4_400 + 170 * client


def trace(tracer: Tracer, request: Request) -> None:
    """Make the spans of one request: one for the whole, and one below it for each try."""
    at_ms = request.at_ms
    whole = tracer.start_span(
        "chat gpt-4o",
        kind=SpanKind.CLIENT,
        start_time=_ns(at_ms),
        attributes={"gen_ai.operation.name": "chat", "gen_ai.request.model": "gpt-4o"},
    )
    below = set_span_in_context(whole)
    if request.refused:
        told: dict[str, Any] = {"http.response.status_code": 503, "error.type": "503"}
        tried = _try(tracer, below, at_ms, AZURE | told)
        tried.set_status(Status(StatusCode.ERROR))
        tried.end(_ns(at_ms + REFUSED_MS))
        at_ms += REFUSED_MS
    again = {"http.request.resend_count": 1} if request.refused else {}
    place = AZURE if request.asked and not request.refused else VERTEX
    answered = {
        "gen_ai.response.finish_reasons": ["stop"],
        "gen_ai.response.time_to_first_chunk": FIRST_CHUNK_MS / 1000,
        "gen_ai.request.stream": True,
        "gen_ai.usage.output_tokens": 40,
    }
    _try(tracer, below, at_ms, place | again | answered).end(_ns(at_ms + ANSWERED_MS))
    whole.set_attribute("gen_ai.provider.name", place["gen_ai.provider.name"])
    whole.end(_ns(at_ms + ANSWERED_MS))


def _try(tracer: Tracer, below: Context, at_ms: int, said: dict[str, Any]) -> Span:
    said = {"gen_ai.operation.name": "chat", "gen_ai.request.model": "gpt-4o", **said}
    return tracer.start_span(
        "chat gpt-4o",
        kind=SpanKind.CLIENT,
        start_time=_ns(at_ms),
        context=below,
        attributes=said,
    )


def _ns(at_ms: int) -> int:
    return ZERO_NS + at_ms * MS


class JsonLines(SpanExporter):
    """Writes a line of OTLP JSON per batch, as the Collector's file exporter does."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("w", encoding="utf-8")

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Write one batch; protobuf's JSON has ids in base64, OTLP's has them as hex digits."""
        line = MessageToDict(encode_spans(spans))
        for resource in line["resourceSpans"]:
            for scope in resource["scopeSpans"]:
                for span in scope["spans"]:
                    for name in {"traceId", "spanId", "parentSpanId"} & span.keys():
                        span[name] = base64.b64decode(span[name]).hex()
        self._file.write(json.dumps(line, separators=(",", ":")) + "\n")
        return SpanExportResult.SUCCESS

    def shutdown(self) -> None:
        """Close the file."""
        self._file.close()


def main(path: str) -> None:
    """Write every trace."""
    provider = TracerProvider(resource=Resource({"service.name": "shop-assistant"}))
    provider.add_span_processor(BatchSpanProcessor(JsonLines(Path(path)), max_queue_size=20_000))
    tracer = provider.get_tracer("outage")
    for request in requests():
        trace(tracer, request)
    provider.shutdown()


if __name__ == "__main__":
    main(*sys.argv[1:])
