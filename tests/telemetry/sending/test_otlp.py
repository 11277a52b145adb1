import pytest
from opentelemetry.sdk.resources import Resource

from telemetry.exporting.destination import SettingError
from telemetry.sending.otlp import HISTOGRAM_VARIABLE, TEMPORALITY_VARIABLE, Otlp, wants_exponential


def test_exponential_histograms_are_asked_for_by_name() -> None:
    assert not wants_exponential({})
    assert not wants_exponential({HISTOGRAM_VARIABLE: "explicit_bucket_histogram"})
    assert wants_exponential({HISTOGRAM_VARIABLE: "BASE2_exponential_bucket_histogram"})
    with pytest.raises(SettingError, match="use explicit_bucket_histogram or base2_"):
        wants_exponential({HISTOGRAM_VARIABLE: "exponential"})


def test_points_that_are_not_cumulative_are_refused_in_words() -> None:
    with pytest.raises(SettingError, match="only cumulative points are sent"):
        Otlp(Resource({}), {TEMPORALITY_VARIABLE: "delta"})


def test_a_backend_is_named_without_its_credentials() -> None:
    told = {"OTEL_EXPORTER_OTLP_METRICS_ENDPOINT": "http://me:secret@127.0.0.1:1/v1/metrics?k=s"}
    sender = Otlp(Resource({}), told)
    assert sender.where == "http://127.0.0.1:1/v1/metrics"
    sender.close()
