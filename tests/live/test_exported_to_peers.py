"""What is exported stands in other people's backends as it does in the record, by their own words.

The peers need on the PATH `jaeger` (v2: github.com/jaegertracing/jaeger/cmd/jaeger), a backend to
ask, and `rotel-agent` (from PyPI's `rotel`, in the package's own folder), a collector to send
through.
"""

import json
import os
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.exporter.otlp.proto.common._log_encoder import encode_logs
from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan

from telemetry import names
from telemetry.assembly import Assembly
from telemetry.export import deliver_all, export, units_of
from telemetry.exporting.destination import LOGS, destination
from telemetry.exporting.log_delivery import log_delivery
from telemetry.logs.made import log_of
from telemetry.logs.otlp import unit_of
from telemetry.record import Record, Scalar
from telemetry.redaction import Redactor
from telemetry.rows import AnyRow, Event
from telemetry.span_attributes import Served
from telemetry.spans import Described
from tests.live.otlp_backend import GRPC, HTTP, Backend, backend, wait_until
from tests.live.peers import answers, free_port, jaeger_at, started
from tests.telemetry.scenes import BIG_NS, CLOCK, MS, TAG, failover, opened

pytestmark = [pytest.mark.live, pytest.mark.peer]
EXCHANGES = 150
DESCRIBED = Described(
    endpoints={"azure": Served("azure.ai.openai", "gpt-4o", "swedencentral")}, title="ü, quoted"
)
LONG_NS = 10_000 * MS


def run() -> Record:
    """Return a run of exchanges that a fault window touched, with its phases."""
    told: dict[str, Scalar] = {"group": "outage", "endpoints": "azure", "share": 0.5}
    phase: dict[str, Scalar] = {"start_ns": BIG_NS, "end_ns": BIG_NS + LONG_NS}
    events: list[AnyRow] = [
        opened("conductor"),
        Event(name="phase", at_ns=BIG_NS, subject="fault", facts=phase),
        Event(name="window_start", at_ns=BIG_NS, subject="outage", facts=told),
        Event(name="window_end", at_ns=BIG_NS + LONG_NS, subject="outage", facts=told),
        Event(name="run_end", at_ns=BIG_NS + LONG_NS),
    ]
    assembly = Assembly()
    assembly.take_all(("conductor-0", event) for event in events)
    for number in range(EXCHANGES):
        for name, rows in failover(number, BIG_NS + number * 50 * MS).items():
            assembly.take_all((name, row) for row in rows)
    return assembly.record(TAG)


RUN = run()
SPANS = [span for unit in units_of(RUN, "run-1", DESCRIBED) for span in unit.spans]


def send(protocol: str, port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_PROTOCOL", protocol)
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://127.0.0.1:{port}")
    sent = export(RUN, run_id="run-1", described=DESCRIBED)
    assert (sent.sent, sent.failed, sent.rejected) == (len(SPANS), 0, 0)


JAEGERS_OWN = {
    "error",
    "span.kind",
    "otel.scope.name",
    "otel.status_code",
    "otel.status_description",
}


class Jaeger:
    """A Jaeger that runs: where it takes spans, and what it says of them."""

    def __init__(self, ports: dict[str, int]) -> None:
        self.ports = ports

    def traces(self, **query: str) -> list[dict[str, Any]]:
        around = CLOCK.wall_ns // 1000
        between = {"start": around - 10**9, "end": around + 10**9, "limit": 5000}
        words = urllib.parse.urlencode({"service": "crosswind", **between, **query})
        found: list[dict[str, Any]] = self.get(f"/api/traces?{words}")
        return found

    def get(self, path: str) -> Any:
        url = f"http://127.0.0.1:{self.ports['query']}{path}"
        with urllib.request.urlopen(url, timeout=10) as answer:
            return json.load(answer)["data"]


@pytest.fixture
def jaeger(tmp_path: Path) -> Iterator[Jaeger]:
    with jaeger_at(tmp_path) as ports:
        yield Jaeger(ports)


@pytest.mark.parametrize("protocol", [GRPC, HTTP])
def test_jaeger_has_every_span_with_all_that_it_says(
    protocol: str, jaeger: Jaeger, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(protocol, jaeger.ports["grpc" if protocol == GRPC else "http"], monkeypatch)
    kept = [span for trace in jaeger.traces() for span in trace["spans"]]
    assert len(kept) == len(SPANS)
    assert sorted(map(as_jaeger_told, kept)) == sorted(map(as_jaeger_tells, SPANS))
    assert any(said[4] for said in map(as_jaeger_told, kept))


def test_jaegers_own_queries_find_the_attempts(
    jaeger: Jaeger, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(GRPC, jaeger.ports["grpc"], monkeypatch)
    ours = {exchange.trace_id: exchange for exchange in RUN.exchanges}
    by_trace = {
        trace["traceID"]: sum(s["operationName"].startswith("attempt ") for s in trace["spans"])
        for trace in jaeger.traces()
    }
    assert {trace: n for trace, n in by_trace.items() if trace in ours} == {
        trace: len(exchange.attempts) for trace, exchange in ours.items()
    }
    resent = jaeger.traces(tags=json.dumps({names.RESEND_COUNT: "1"}))
    assert {trace["traceID"] for trace in resent} == set(ours)
    faulted = jaeger.traces(operation="attempt azure", tags=json.dumps({names.FAULT_ID: "outage"}))
    assert {trace["traceID"] for trace in faulted} == {
        exchange.trace_id for exchange in RUN.exchanges if exchange.touched
    }


def as_jaeger_tells(span: ReadableSpan) -> tuple[Any, ...]:
    """Return a span in Jaeger's terms: microseconds, lists as JSON."""
    parent = f"{span.parent.span_id:016x}" if span.parent else ""
    return (
        f"{span.context.trace_id:032x}",
        f"{span.context.span_id:016x}",
        parent,
        span.name,
        sorted((f"{lk.context.trace_id:032x}", f"{lk.context.span_id:016x}") for lk in span.links),
        (span.start_time or 0) // 1000,
        sorted((key, listed(value)) for key, value in (span.attributes or {}).items()),
    )


def as_jaeger_told(span: dict[str, Any]) -> tuple[Any, ...]:
    """Return what Jaeger says of a span, without what it says for itself.

    A whole number that no double holds is text in its JSON, of the type `int64`.
    """
    references = span["references"]
    parents = [r["spanID"] for r in references if r["refType"] == "CHILD_OF"]
    links = [(r["traceID"], r["spanID"]) for r in references if r["refType"] == "FOLLOWS_FROM"]
    return (
        span["traceID"],
        span["spanID"],
        parents[0] if parents else "",
        span["operationName"],
        sorted(links),
        span["startTime"],
        sorted(
            (tag["key"], int(tag["value"]) if tag["type"] == "int64" else tag["value"])
            for tag in span["tags"]
            if tag["key"] not in JAEGERS_OWN
        ),
    )


def listed(value: object) -> object:
    if isinstance(value, list | tuple):
        return json.dumps(list(value), separators=(",", ":"))
    return value


@pytest.fixture(params=[GRPC, HTTP])
def rotel(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Backend, str, int]]:
    """Run a rotel; yields what it passes on to, its protocol, and its port."""
    protocol, into = request.param, {GRPC: free_port(), HTTP: free_port()}
    with backend(protocol) as (one, port):
        words = [
            "start", "--otlp-grpc-endpoint", f"127.0.0.1:{into[GRPC]}",
            "--otlp-http-endpoint", f"127.0.0.1:{into[HTTP]}", "--exporter", "otlp",
            "--otlp-exporter-endpoint", f"http://127.0.0.1:{port}", "--batch-timeout", "200ms",
            "--otlp-exporter-protocol", "grpc" if protocol == GRPC else "http",
        ]  # fmt: skip
        with started(tmp_path, "rotel-agent", *words):
            wait_until(lambda: answers(into[protocol]))
            monkeypatch.setenv("OTEL_EXPORTER_OTLP_PROTOCOL", protocol)
            monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://127.0.0.1:{into[protocol]}")
            yield one, protocol, into[protocol]


def test_rotel_passes_on_every_span_as_it_was(
    rotel: tuple[Backend, str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, protocol, port = rotel
    send(protocol, port, monkeypatch)
    wait_until(lambda: len(one.spans) >= len(SPANS))
    encoded = encode_spans(SPANS)
    assert sorted(one.spans) == sorted(
        span.SerializeToString(deterministic=True)
        for resource in encoded.resource_spans
        for scope in resource.scope_spans
        for span in scope.spans
    )


def test_rotel_passes_on_every_log_event_as_it_was(rotel: tuple[Backend, str, int]) -> None:
    one, _, _ = rotel
    resource = Resource({"service.name": "crosswind"})
    units = [unit_of(fact, resource, RUN.clock, Redactor().redact) for fact in log_of(RUN)]
    sent = deliver_all(units, destination(os.environ, LOGS), log_delivery, None)
    assert (sent.sent, sent.failed) == (len(units), 0)
    wait_until(lambda: len(one.records) >= len(units))
    encoded = encode_logs([record for unit in units for record in unit.spans])
    assert sorted(r.SerializeToString(deterministic=True) for r in one.records) == sorted(
        record.SerializeToString(deterministic=True)
        for of_resource in encoded.resource_logs
        for scope in of_resource.scope_logs
        for record in scope.log_records
    )
    assert len(units) > EXCHANGES
