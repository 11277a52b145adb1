"""The SDK's own data, encoded by the official exporters' encoder, holds what the reading does."""

from typing import Any

from opentelemetry.exporter.otlp.proto.common.metrics_encoder import encode_metrics
from opentelemetry.sdk.resources import Resource

from telemetry.sending.metrics_data import metrics_data
from tests.telemetry.sending.readings import AT_NS, EXEMPLAR, READING, SPREAD, START_NS


def encoded(*, exponential: bool = False) -> dict[str, Any]:
    data = metrics_data(READING, Resource({"service.name": "x"}), exponential=exponential)
    (resource,) = encode_metrics(data).resource_metrics
    (scope,) = resource.scope_metrics
    return {metric.name: metric for metric in scope.metrics}


def test_a_counter_is_cumulative_and_monotonic() -> None:
    attempts = encoded()["crosswind.attempts"]
    (point,) = attempts.sum.data_points
    assert attempts.sum.is_monotonic
    assert attempts.sum.aggregation_temporality == 2
    assert (point.as_int, point.start_time_unix_nano, point.time_unix_nano) == (7, START_NS, AT_NS)
    (exemplar,) = point.exemplars
    assert (exemplar.trace_id.hex(), exemplar.span_id.hex()) == (
        EXEMPLAR.trace_id,
        EXEMPLAR.span_id,
    )


def test_a_gauge_is_one() -> None:
    (point,) = encoded()["crosswind.fault.active"].gauge.data_points
    assert point.as_int == 1


def test_histograms_are_explicit_unless_asked_otherwise() -> None:
    metric = encoded()["crosswind.exchange.time_to_first_token"]
    (point,) = metric.histogram.data_points
    assert (list(point.explicit_bounds), list(point.bucket_counts)) == ([0.25, 0.5], [1, 1, 1])
    assert (point.count, point.sum, point.min, point.max) == (3, 1.1, 0.1, 0.7)
    assert len(point.exemplars) == 1


def test_exponential_histograms_have_the_same_values() -> None:
    metric = encoded(exponential=True)["crosswind.exchange.time_to_first_token"]
    (point,) = metric.exponential_histogram.data_points
    assert (point.scale, point.zero_count) == (SPREAD.fine.scale, 0)
    assert (point.positive.offset, tuple(point.positive.bucket_counts)) == (
        SPREAD.fine.offset,
        SPREAD.fine.counts,
    )
    assert (point.count, point.sum) == (3, 1.1)
