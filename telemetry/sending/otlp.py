"""Sends readings to an OTLP backend, with OpenTelemetry's own metric exporters.

They read every `OTEL_EXPORTER_OTLP_*` and `OTEL_EXPORTER_OTLP_METRICS_*` variable themselves; which
of the two is used is told by `OTEL_EXPORTER_OTLP_METRICS_PROTOCOL`, else
`OTEL_EXPORTER_OTLP_PROTOCOL`. Points are cumulative: another preference is refused in words.
"""

from collections.abc import Mapping

from opentelemetry.exporter.otlp.proto.grpc import metric_exporter as over_grpc
from opentelemetry.exporter.otlp.proto.http import metric_exporter as over_http
from opentelemetry.sdk.metrics.export import MetricExporter, MetricExportResult
from opentelemetry.sdk.resources import Resource

from telemetry.exporting.delivery import Answer, HeardOverGrpc, heard_session
from telemetry.exporting.destination import GRPC, SettingError, destination
from telemetry.metering.point import Reading
from telemetry.sending.metrics_data import metrics_data

TEMPORALITY_VARIABLE = "OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE"
HISTOGRAM_VARIABLE = "OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION"
EXPONENTIAL = "base2_exponential_bucket_histogram"
EXPLICIT = "explicit_bucket_histogram"


class Otlp:
    """One OTLP backend, as the environment names it."""

    def __init__(self, resource: Resource, environment: Mapping[str, str]) -> None:
        """Make the exporter; raises SettingError for settings that make none."""
        self._resource = resource
        self._exponential = wants_exponential(environment)
        _check_temporality(environment)
        to = destination(environment, "METRICS")
        self.where = to.address
        self._heard: list[Answer] = []
        try:
            self._exporter = self._make(to.protocol)
        except (ValueError, TypeError, OSError, RuntimeError, ImportError) as error:
            raise SettingError(f"cannot send metrics by {to.protocol}: {error}") from error

    def send(self, reading: Reading) -> Answer:
        """Send a reading, and return what was said to it."""
        self._heard.clear()
        data = metrics_data(reading, self._resource, exponential=self._exponential)
        result = self._exporter.export(data)
        heard = self._heard[-1] if self._heard else None
        if result is MetricExportResult.SUCCESS:
            return heard or Answer(kind="taken")
        if heard is None or heard.kind == "taken":
            return Answer(kind="later", reason="no answer")
        return heard

    def close(self) -> None:
        """Give up what is being sent, in whatever thread, and take no more."""
        self._exporter.shutdown()

    def _make(self, protocol: str) -> MetricExporter:
        if protocol == GRPC:
            return _MetricsOverGrpc(self._heard.append)
        return over_http.OTLPMetricExporter(session=heard_session("METRICS", self._heard.append))


class _MetricsOverGrpc(HeardOverGrpc, over_grpc.OTLPMetricExporter):
    """The official exporter of metrics, heard."""


def wants_exponential(environment: Mapping[str, str]) -> bool:
    """Tell whether histograms go in exponential buckets; raises SettingError."""
    told = environment.get(HISTOGRAM_VARIABLE, "").strip().lower()
    if told not in ("", EXPLICIT, EXPONENTIAL):
        raise SettingError(f"{HISTOGRAM_VARIABLE}={told}: use {EXPLICIT} or {EXPONENTIAL}")
    return told == EXPONENTIAL


def _check_temporality(environment: Mapping[str, str]) -> None:
    told = environment.get(TEMPORALITY_VARIABLE, "").strip().lower()
    if told not in ("", "cumulative"):
        raise SettingError(f"{TEMPORALITY_VARIABLE}={told}: only cumulative points are sent")
