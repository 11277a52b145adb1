"""What needs no backend; what does is in tests/live/test_export.py."""

import pytest

from telemetry.assembly import Assembly
from telemetry.export import ExportError, export
from telemetry.spans import Described
from tests.telemetry.scenes import TAG


def test_a_protocol_that_does_not_exist_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_PROTOCOL", "carrier/pigeon")
    with pytest.raises(ExportError, match="carrier/pigeon"):
        export(Assembly().record(TAG), run_id="r", described=Described())


def test_a_setting_that_makes_no_exporter_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "soon")
    with pytest.raises(ExportError, match="soon"):
        export(Assembly().record(TAG), run_id="r", described=Described())
