import pytest
from opentelemetry.exporter.otlp.proto.common._log_encoder import encode_logs
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord as Written
from opentelemetry.sdk._logs.export import InMemoryLogRecordExporter
from opentelemetry.sdk.resources import Resource

from telemetry.clock import ClockPair
from telemetry.logs.otlp import EVENTS_PER_BATCH, LogSender, log_exporter
from tests.telemetry.logs.test_file import FACT

CLOCK = ClockPair(host="here", monotonic_ns=5, wall_ns=1_700_000_000_000_000_000)


def sender() -> tuple[InMemoryLogRecordExporter, LogSender]:
    memory = InMemoryLogRecordExporter()  # type: ignore[no-untyped-call]  # theirs
    return memory, LogSender(memory, Resource({"service.name": "crosswind"}), CLOCK)


def test_an_event_is_a_log_record_in_its_span() -> None:
    memory, one = sender()
    assert one.send([FACT])
    request = encode_logs(memory.get_finished_logs())
    (of_resource,) = request.resource_logs
    (record,) = of_resource.scope_logs[0].log_records
    written: Written = record
    assert written.trace_id.hex() == FACT.trace_id
    assert written.span_id.hex() == FACT.span_id
    assert written.event_name == FACT.event
    assert written.body.string_value == FACT.message
    assert (written.severity_number, written.severity_text) == (13, "WARN")
    assert written.time_unix_nano == written.observed_time_unix_nano == CLOCK.wall_ns
    values = {pair.key: pair.value for pair in written.attributes}
    assert values["crosswind.exchange.number"].int_value == 7
    assert [v.string_value for v in values["crosswind.exchange.endpoints"].array_value.values] == [
        "a",
        "b",
    ]


def test_events_go_in_batches_that_are_counted() -> None:
    memory, one = sender()
    assert one.send([FACT] * (2 * EVENTS_PER_BATCH + 1))
    assert one.sent == len(memory.get_finished_logs()) == 2 * EVENTS_PER_BATCH + 1


def test_it_stops_at_a_backend_that_takes_nothing() -> None:
    memory, one = sender()
    one.close()  # the memory of the SDK refuses from then on
    assert not one.send([FACT])
    assert one.sent == 0
    assert not memory.get_finished_logs()


def test_an_unknown_protocol_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_LOGS_PROTOCOL", "smoke")
    with pytest.raises(ValueError, match="use grpc or http/protobuf"):
        log_exporter()
