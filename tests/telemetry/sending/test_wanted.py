import pytest

from telemetry.exporting.destination import SettingError
from telemetry.sending.wanted import EVERY_S, URL_VARIABLE, are_sent, are_wanted, every_s

WRITE = {URL_VARIABLE: "http://127.0.0.1:9090/api/v1/write"}


def test_metrics_are_wanted_where_the_environment_says_so() -> None:
    assert not are_wanted({})
    assert are_wanted(WRITE)
    assert are_wanted({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318"})
    assert are_wanted({"OTEL_METRICS_EXPORTER": "prometheus"})
    assert not are_wanted({**WRITE, "OTEL_SDK_DISABLED": "true"})


def test_a_page_is_nothing_that_is_sent_to() -> None:
    assert not are_sent({"OTEL_METRICS_EXPORTER": "prometheus"})
    assert are_sent(WRITE)


@pytest.mark.parametrize("told", ["0", "-5", "soon", "1.5"])
def test_a_wrong_interval_is_refused(told: str) -> None:
    with pytest.raises(SettingError, match=f"OTEL_METRIC_EXPORT_INTERVAL={told}"):
        every_s({"OTEL_METRIC_EXPORT_INTERVAL": told})


def test_an_interval_is_told_in_milliseconds() -> None:
    assert every_s({}) == EVERY_S
    assert every_s({"OTEL_METRIC_EXPORT_INTERVAL": "250"}) == 0.25
