"""What a backend answers over HTTP is heard, whatever the exporter makes of it."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from telemetry.exporting.delivery import Answer, Delivery
from telemetry.exporting.readable import readable, resource_of
from telemetry.span_fact import SpanFact

pytestmark = pytest.mark.live

SPAN = SpanFact(
    trace_id="1" * 32,
    span_id="2" * 16,
    parent_span_id="",
    name="one",
    kind="CLIENT",
    start_ns=1,
    end_ns=2,
    error="",
    attributes={},
)


@pytest.fixture(name="says")
def scripted_backend(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    says = {"status": "200"}

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            self.send_response(int(says["status"]))
            for name in ("retry-after", "location"):
                if name in says:
                    self.send_header(name, says[name])
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing: a test's output is its own."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://127.0.0.1:{server.server_port}")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "0.5")
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield says
    server.shutdown()
    server.server_close()
    thread.join()


def answer() -> Answer:
    delivery = Delivery("http/protobuf")
    try:
        return delivery.deliver([readable(SPAN, resource_of("run", "0badcafe", "ship"))])
    finally:
        delivery.close()


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        ("200", "taken"),
        ("302", "refused"),
        ("400", "refused"),
        ("401", "refused"),
        ("413", "too_large"),
        ("500", "later"),
        ("503", "later"),
    ],
)
def test_every_status_is_heard(says: dict[str, str], status: str, kind: str) -> None:
    says["status"] = status
    says["location"] = "http://127.0.0.1:9/"
    assert answer().kind == kind


def test_how_long_to_wait_is_heard(says: dict[str, str]) -> None:
    says |= {"status": "429", "retry-after": "7"}
    heard = answer()
    assert (heard.kind, heard.retry_after_s) == ("later", 7.0)
