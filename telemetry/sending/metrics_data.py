"""A reading as OpenTelemetry's own reader would have collected it; pure."""

from typing import Any

from opentelemetry.sdk.metrics import Exemplar as SdkExemplar
from opentelemetry.sdk.metrics.export import (
    AggregationTemporality,
    Buckets,
    ExponentialHistogram,
    ExponentialHistogramDataPoint,
    Gauge,
    Histogram,
    HistogramDataPoint,
    Metric,
    MetricsData,
    NumberDataPoint,
    ResourceMetrics,
    ScopeMetrics,
    Sum,
)
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.util.instrumentation import InstrumentationScope

from telemetry import names
from telemetry.metering.point import Exemplar, Measured, Number, Reading, Spread

_CUMULATIVE = AggregationTemporality.CUMULATIVE


def metrics_data(reading: Reading, resource: Resource, *, exponential: bool = False) -> MetricsData:
    """Return a reading, its histograms in explicit or in exponential buckets."""
    scope = InstrumentationScope(names.SCOPE, schema_url=names.SCHEMA_URL)
    metrics = [_metric(one, reading, exponential=exponential) for one in reading.metrics]
    scoped = ScopeMetrics(scope=scope, metrics=metrics, schema_url=names.SCHEMA_URL)
    whole = ResourceMetrics(resource=resource, scope_metrics=[scoped], schema_url="")
    return MetricsData(resource_metrics=[whole])


def _metric(one: Measured, reading: Reading, *, exponential: bool) -> Metric:
    data: Any
    if one.instrument == "histogram":
        spreads = [point for point in one.points if isinstance(point, Spread)]
        if exponential:
            fine = [_exponential(point, reading) for point in spreads]
            data = ExponentialHistogram(fine, _CUMULATIVE)
        else:
            data = Histogram([_explicit(point, reading) for point in spreads], _CUMULATIVE)
    else:
        numbers = [_number(point, reading) for point in one.points if isinstance(point, Number)]
        counter = one.instrument == "counter"
        data = Sum(numbers, _CUMULATIVE, is_monotonic=True) if counter else Gauge(numbers)
    return Metric(name=one.name, description=one.doc, unit=one.unit, data=data)


def _number(point: Number, reading: Reading) -> NumberDataPoint:
    return NumberDataPoint(
        attributes=dict(point.attributes),
        start_time_unix_nano=reading.start_unix_ns,
        time_unix_nano=reading.at_unix_ns,
        value=point.value,
        exemplars=[_exemplar(point.exemplar)] if point.exemplar else [],
    )


def _explicit(point: Spread, reading: Reading) -> HistogramDataPoint:
    return HistogramDataPoint(
        attributes=dict(point.attributes),
        start_time_unix_nano=reading.start_unix_ns,
        time_unix_nano=reading.at_unix_ns,
        count=point.count,
        sum=point.total,
        bucket_counts=point.counts,
        explicit_bounds=point.bounds,
        min=point.least,
        max=point.largest,
        exemplars=[_exemplar(one) for one in point.exemplars.values()],
    )


def _exponential(point: Spread, reading: Reading) -> ExponentialHistogramDataPoint:
    return ExponentialHistogramDataPoint(
        attributes=dict(point.attributes),
        start_time_unix_nano=reading.start_unix_ns,
        time_unix_nano=reading.at_unix_ns,
        count=point.count,
        sum=point.total,
        scale=point.fine.scale,
        zero_count=point.fine.zeros,
        positive=Buckets(offset=point.fine.offset, bucket_counts=point.fine.counts),
        negative=Buckets(offset=0, bucket_counts=()),
        flags=0,
        min=point.least,
        max=point.largest,
        exemplars=[_exemplar(one) for one in point.exemplars.values()],
    )


def _exemplar(exemplar: Exemplar) -> SdkExemplar:
    return SdkExemplar(
        filtered_attributes={},
        value=exemplar.value,
        time_unix_nano=exemplar.at_ns,
        span_id=int(exemplar.span_id, 16),
        trace_id=int(exemplar.trace_id, 16),
    )
