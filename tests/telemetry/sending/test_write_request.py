"""The message is read back by protobuf itself, from the specification's own description."""

from typing import Any

import pytest
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

from telemetry.sending.write_request import write_request
from tests.telemetry.sending.readings import AT_NS, EXEMPLAR, READING

F = descriptor_pb2.FieldDescriptorProto
FIELDS = {
    "Label": [("name", 1, F.TYPE_STRING, ""), ("value", 2, F.TYPE_STRING, "")],
    "Sample": [("value", 1, F.TYPE_DOUBLE, ""), ("timestamp", 2, F.TYPE_INT64, "")],
    "Exemplar": [
        ("labels", 1, F.TYPE_MESSAGE, "Label"),
        ("value", 2, F.TYPE_DOUBLE, ""),
        ("timestamp", 3, F.TYPE_INT64, ""),
    ],
    "TimeSeries": [
        ("labels", 1, F.TYPE_MESSAGE, "Label"),
        ("samples", 2, F.TYPE_MESSAGE, "Sample"),
        ("exemplars", 3, F.TYPE_MESSAGE, "Exemplar"),
    ],
    "MetricMetadata": [
        ("type", 1, F.TYPE_INT32, ""),
        ("metric_family_name", 2, F.TYPE_STRING, ""),
        ("help", 4, F.TYPE_STRING, ""),
    ],
    "WriteRequest": [
        ("timeseries", 1, F.TYPE_MESSAGE, "TimeSeries"),
        ("metadata", 3, F.TYPE_MESSAGE, "MetricMetadata"),
    ],
}
"""https://prometheus.io/docs/specs/prw/remote_write_spec/, the protocol's messages."""


@pytest.fixture(scope="module")
def request_read() -> Any:
    file = descriptor_pb2.FileDescriptorProto(name="prw.proto", package="p", syntax="proto3")
    for name, fields in FIELDS.items():
        message = file.message_type.add(name=name)
        for field, number, kind, of in fields:
            repeated = F.LABEL_REPEATED if of else F.LABEL_OPTIONAL
            made = message.field.add(name=field, number=number, type=kind, label=repeated)
            if of:
                made.type_name = f".p.{of}"
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    kind = message_factory.GetMessageClass(pool.FindMessageTypeByName("p.WriteRequest"))
    return kind.FromString(write_request(READING))


def test_every_sample_is_a_series_with_sorted_labels(request_read: Any) -> None:
    assert len(request_read.timeseries) == 1 + 1 + 5
    for series in request_read.timeseries:
        labels = [label.name for label in series.labels]
        assert labels == sorted(labels)
        assert [sample.timestamp for sample in series.samples] == [AT_NS // 1_000_000]
        assert {label.name: label.value for label in series.labels}["job"] == "crosswind"


def test_values_and_exemplars_are_those_of_the_reading(request_read: Any) -> None:
    by_name = {
        next(label.value for label in series.labels if label.name == "__name__"): series
        for series in request_read.timeseries
    }
    attempts = by_name["crosswind_attempts_total"]
    assert attempts.samples[0].value == 7
    (exemplar,) = attempts.exemplars
    told = {label.name: label.value for label in exemplar.labels}
    assert told == {"trace_id": EXEMPLAR.trace_id, "span_id": EXEMPLAR.span_id}
    assert (exemplar.value, exemplar.timestamp) == (EXEMPLAR.value, EXEMPLAR.at_ns // 1_000_000)


def test_metadata_tells_each_familys_kind(request_read: Any) -> None:
    found = [(one.metric_family_name, one.type, one.help) for one in request_read.metadata]
    assert found == [
        ("crosswind_attempts_total", 1, "that ended"),
        ("crosswind_fault_active_ratio", 2, "1 in its windows"),
        ("crosswind_exchange_time_to_first_token_seconds", 3, "from plan"),
    ]
