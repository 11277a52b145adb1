"""Prometheus' names for our metrics, as its own translator makes them."""

import pytest

from telemetry import names
from telemetry.dashboards.series_names import UnknownNameError, label, metric, translated


@pytest.mark.parametrize(
    ("name", "instrument", "unit", "said"),
    [
        ("crosswind.exchanges", "counter", "{exchange}", "crosswind_exchanges_total"),
        ("crosswind.rows.total", "counter", "{row}", "crosswind_rows_total"),
        ("crosswind.fault.active", "gauge", "1", "crosswind_fault_active_ratio"),
        ("hub.lag", "gauge", "s", "hub_lag_seconds"),
        ("a.quota", "gauge", "{request}/min", "a_quota_per_min"),
        ("a.rate", "gauge", "By/s", "a_rate_bytes_per_second"),
        ("waited.seconds", "histogram", "s", "waited_seconds"),
        ("a.count", "counter", "1", "a_count_total"),
        ("gen_ai.client.token.usage", "histogram", "{token}", "gen_ai_client_token_usage"),
    ],
)
def test_a_name_is_translated_as_prometheus_does(
    name: str, instrument: str, unit: str, said: str
) -> None:
    assert translated(name, instrument, unit) == said


def test_a_metric_is_known_by_its_name() -> None:
    assert metric(names.GENAI_DURATION) == "gen_ai_client_operation_duration_seconds"
    with pytest.raises(UnknownNameError, match=r"crosswind\.gone"):
        metric("crosswind.gone")


def test_a_label_is_an_attribute_that_some_metric_carries() -> None:
    assert label(names.RUN_ID) == "crosswind_run_id"
    assert label(names.EXCHANGE_SERVED_BY) == "crosswind_exchange_served_by"
    with pytest.raises(UnknownNameError, match=r"hop\.mode"):
        label(names.HOP_MODE)
