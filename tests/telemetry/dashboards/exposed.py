"""A meter's readings as Prometheus can take them: lines to backfill, and requests over OTLP."""

from collections.abc import Iterable, Iterator

from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
)
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.metrics.v1 import metrics_pb2 as otlp

from telemetry.dashboards.series_names import translated
from telemetry.metering.point import Attributes, Measured, Number, Reading, Spread

CUMULATIVE = otlp.AggregationTemporality.AGGREGATION_TEMPORALITY_CUMULATIVE
ESCAPES = str.maketrans({"\\": r"\\", '"': r"\"", "\n": r"\n"})


def lines(readings: Iterable[Reading]) -> Iterator[str]:
    """Yield OpenMetrics lines with timestamps, in the order of time."""
    for reading in readings:
        at = reading.at_unix_ns / 1e9
        for metric in reading.metrics:
            name = translated(metric.name, metric.instrument, metric.unit)
            for point in metric.points:
                for ending, more, value in samples(point):
                    yield f"{name}{ending}{{{labels((*point.attributes, *more))}}} {value} {at:.3f}"
    yield "# EOF"


def samples(point: Number | Spread) -> Iterator[tuple[str, Attributes, float]]:
    if isinstance(point, Number):
        yield "", (), point.value
        return
    below = 0
    for bound, count in zip((*point.bounds, "+Inf"), point.counts, strict=True):
        below += count
        yield "_bucket", (("le", str(bound)),), below
    yield "_count", (), point.count
    yield "_sum", (), point.total


def labels(attributes: Attributes) -> str:
    said = ((key.replace(".", "_"), word(value)) for key, value in attributes)
    return ",".join(f'{key}="{value.translate(ESCAPES)}"' for key, value in said)


def word(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def request(reading: Reading, *, native: bool = False) -> bytes:
    """Return a reading as an OTLP request; `native` sends exponential histograms."""
    metrics = [_metric(one, reading, native=native) for one in reading.metrics]
    scope = otlp.ScopeMetrics(metrics=metrics)
    message = ExportMetricsServiceRequest(
        resource_metrics=[otlp.ResourceMetrics(scope_metrics=[scope])]
    )
    return bytes(message.SerializeToString())


def _metric(one: Measured, reading: Reading, *, native: bool) -> otlp.Metric:
    made = otlp.Metric(name=one.name, unit=one.unit)
    for point in one.points:
        when = {
            "start_time_unix_nano": reading.start_unix_ns,
            "time_unix_nano": reading.at_unix_ns,
            "attributes": [_attribute(key, value) for key, value in point.attributes],
        }
        if isinstance(point, Spread):
            _add_spread(made, point, when, native=native)
        elif one.instrument == "counter":
            made.sum.aggregation_temporality = CUMULATIVE
            made.sum.is_monotonic = True
            made.sum.data_points.add(as_double=point.value, **when)
        else:
            made.gauge.data_points.add(as_double=point.value, **when)
    return made


def _add_spread(made: otlp.Metric, point: Spread, when: dict[str, object], *, native: bool) -> None:
    told = {"count": point.count, "sum": point.total, **when}
    if not native:
        made.histogram.aggregation_temporality = CUMULATIVE
        made.histogram.data_points.add(
            bucket_counts=point.counts, explicit_bounds=point.bounds, **told
        )
        return
    fine = point.fine
    buckets = {"offset": fine.offset, "bucket_counts": fine.counts}
    made.exponential_histogram.aggregation_temporality = CUMULATIVE
    made.exponential_histogram.data_points.add(
        scale=fine.scale, zero_count=fine.zeros, positive=buckets, **told
    )


def _attribute(key: str, value: object) -> KeyValue:
    return KeyValue(key=key, value=AnyValue(string_value=word(value)))
