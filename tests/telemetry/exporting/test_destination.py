"""A destination is named without what is secret in its address."""

import pytest

from telemetry.exporting.destination import SettingError, destination, is_set


def test_the_address_has_no_credentials_and_no_query() -> None:
    said = destination({"OTEL_EXPORTER_OTLP_ENDPOINT": "https://me:secret@host:4318/otlp/?key=1"})
    assert str(said) == "https://host:4318/otlp (http/protobuf)"


def test_what_is_said_for_traces_wins() -> None:
    said = destination(
        {
            "OTEL_EXPORTER_OTLP_ENDPOINT": "http://one",
            "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://two",
            "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc",
        }
    )
    assert (said.protocol, said.address) == ("grpc", "http://two")
    assert not is_set({"OTEL_EXPORTER_OTLP_METRICS_ENDPOINT": "http://three"})


def test_a_protocol_that_does_not_exist_is_told() -> None:
    with pytest.raises(SettingError, match="http/json"):
        destination({"OTEL_EXPORTER_OTLP_PROTOCOL": "http/json"})
