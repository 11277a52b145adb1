"""The sinks of an exporter process: one per signal that the environment names a backend for."""

import os

from telemetry.exporter_config import ExporterConfig
from telemetry.exporting.destination import LOGS, is_set
from telemetry.exporting.sink import Sink


def sinks_of(config: ExporterConfig) -> list[Sink]:
    """Return the sinks; raises SettingError."""
    # ruff: noqa: PLC0415 - the SDK where it is used
    sinks: list[Sink] = []
    if is_set(os.environ):
        from telemetry.exporting.span_sink import SpanSink

        sinks.append(SpanSink(config))
    if is_set(os.environ, LOGS):
        from telemetry.exporting.log_sink import LogSink

        sinks.append(LogSink(config))
    return sinks
