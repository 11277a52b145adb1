"""Servers that answer as trace stores do, from spans that a test gives."""

import base64
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from telemetry.foreign.span import Span

Answer = Callable[[str, Mapping[str, str], Mapping[str, str]], tuple[int, object]]
"""(path, query, headers) to (status, document)."""


@contextmanager
def serving(answer: Answer) -> Iterator[str]:
    """Serve on loopback; yields the base URL."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            split = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(split.query).items()}
            status, document = answer(split.path, query, dict(self.headers))
            body = document if isinstance(document, bytes) else json.dumps(document).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def as_tempo(spans: list[Span]) -> dict[str, object]:
    """Write a trace as Tempo does: enums by name, ids in base64, integers as digits."""
    return {"trace": {"resourceSpans": [{"scopeSpans": [{"spans": [_tempo(s) for s in spans]}]}]}}


def as_jaeger(spans: list[Span]) -> dict[str, object]:
    """Write a trace as Jaeger does: whole microseconds, tags, references."""
    return {
        "traceID": spans[0].trace_id,
        "processes": {"p1": {"serviceName": "shop", "tags": []}},
        "spans": [_jaeger(span) for span in spans],
    }


def _tempo(span: Span) -> dict[str, object]:
    ids = {"traceId": span.trace_id, "spanId": span.span_id, "parentSpanId": span.parent_span_id}
    return {
        **{k: base64.b64encode(bytes.fromhex(v)).decode() for k, v in ids.items() if v},
        "kind": f"SPAN_KIND_{span.kind}",
        "startTimeUnixNano": str(span.start_ns),
        "endTimeUnixNano": str(span.end_ns),
        "status": {"code": "STATUS_CODE_ERROR"} if span.status else {},
        "attributes": [
            {"key": key, "value": {"stringValue": value}} for key, value in span.attributes.items()
        ],
    }


def _jaeger(span: Span) -> dict[str, object]:
    tags = {**span.attributes, "span.kind": span.kind.lower()} | (
        {"error": True} if span.status == "ERROR" else {}
    )
    parent = {"refType": "CHILD_OF", "traceID": span.trace_id, "spanID": span.parent_span_id}
    return {
        "traceID": span.trace_id,
        "spanID": span.span_id,
        "operationName": "chat",
        "references": [parent] if span.parent_span_id else [],
        "startTime": span.start_ns // 1000,
        "duration": (span.end_ns - span.start_ns) // 1000,
        "processID": "p1",
        "tags": [{"key": k, "type": "string", "value": v} for k, v in tags.items()],
        "logs": [],
    }
