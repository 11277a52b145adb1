import pytest

from telemetry.exporting.signals import SIGNALS, Signal, by_otlp, by_page, exporters, not_known

ENDPOINT = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318"}
EACH = pytest.mark.parametrize("signal", SIGNALS)


@EACH
def test_nothing_goes_to_a_default_address(signal: Signal) -> None:
    assert not by_otlp({}, signal)
    assert by_otlp(ENDPOINT, signal)
    assert by_otlp({f"OTEL_EXPORTER_OTLP_{signal}_ENDPOINT": "http://127.0.0.1:4318"}, signal)


@EACH
def test_each_signal_is_turned_on_and_off_by_itself(signal: Signal) -> None:
    off = {**ENDPOINT, f"OTEL_{signal}_EXPORTER": "none"}
    assert [by_otlp(off, one) for one in SIGNALS] == [one != signal for one in SIGNALS]
    assert by_otlp({f"OTEL_{signal}_EXPORTER": "OTLP"}, signal)


@EACH
def test_one_variable_turns_all_off(signal: Signal) -> None:
    off = {**ENDPOINT, "OTEL_METRICS_EXPORTER": "prometheus", "OTEL_SDK_DISABLED": "true"}
    assert not by_otlp(off, signal)
    assert not by_page(off)


def test_several_exporters_serve_one_signal() -> None:
    told = {"OTEL_METRICS_EXPORTER": " prometheus , otlp,"}
    assert exporters(told, "METRICS") == ("prometheus", "otlp")
    assert by_page(told)
    assert by_otlp(told, "METRICS")
    assert not by_page(ENDPOINT)


def test_what_does_not_exist_is_named() -> None:
    told = {"OTEL_TRACES_EXPORTER": "zipkin", "OTEL_METRICS_EXPORTER": "prometheus,console"}
    assert not_known(told) == ("OTEL_TRACES_EXPORTER=zipkin", "OTEL_METRICS_EXPORTER=console")
