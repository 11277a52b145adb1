from msgspec.structs import replace
from opentelemetry.exporter.otlp.proto.common._log_encoder import encode_logs
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord as Written
from opentelemetry.sdk.resources import Resource

from telemetry.clock import ClockPair
from telemetry.logs.fact import Severity
from telemetry.logs.otlp import key_of, unit_of
from telemetry.redaction import Redactor
from tests.telemetry.logs.test_file import FACT

CLOCK = ClockPair(host="here", monotonic_ns=5, wall_ns=1_700_000_000_000_000_000)


def test_an_event_is_a_log_record_in_its_span() -> None:
    unit = unit_of(FACT, Resource({"service.name": "crosswind"}), CLOCK, Redactor().redact)
    assert unit.key == key_of(FACT)
    (of_resource,) = encode_logs(unit.spans).resource_logs
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


def test_a_secret_is_not_sent() -> None:
    secret = "sk-1234567890abcdef1234567890abcdef"
    told = replace(
        FACT, message=f"key {secret}", attributes={"crosswind.reason": f"it was {secret}"}
    )
    redact = Redactor([secret]).redact
    sent = encode_logs(unit_of(told, Resource({}), CLOCK, redact).spans)
    assert secret.encode() not in sent.SerializeToString()


def test_an_event_is_the_same_however_often_it_is_read() -> None:
    assert key_of(replace(FACT, severity=Severity.ERROR, message="seen more clearly")) == key_of(
        FACT
    )
    others = [
        replace(FACT, at_ns=FACT.at_ns + 1),
        replace(FACT, event="crosswind.exchange.failed_over"),
        replace(FACT, trace_id="f" * 32),
        replace(FACT, trace_id="", message="one"),
        replace(FACT, trace_id="", message="one", attributes={"crosswind.endpoint": "azure"}),
    ]
    assert len({key_of(one) for one in (FACT, *others)}) == len(others) + 1
