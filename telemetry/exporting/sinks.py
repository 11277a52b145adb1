"""The sinks of an exporter process: one per signal that the environment names a backend for."""

import os

from telemetry.exporter_config import ExporterConfig
from telemetry.exporting.destination import is_set
from telemetry.exporting.sink import Sink


def sinks_of(config: ExporterConfig) -> list[Sink]:
    """Return the sinks; raises SettingError."""
    from telemetry.exporting.span_sink import SpanSink  # noqa: PLC0415 - the SDK where it is used

    return [SpanSink(config)] if is_set(os.environ) else []
