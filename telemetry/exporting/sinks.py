"""The sinks of an exporter process: one per signal that the environment names a backend for."""

import os
import socket

from telemetry.exporter_config import ExporterConfig
from telemetry.exporting.destination import LOGS, is_set
from telemetry.exporting.sink import Sink

# ruff: noqa: PLC0415 - the SDK is imported where it is used


def sinks_of(config: ExporterConfig) -> list[Sink]:
    """Return the sinks; raises SettingError. Metrics first: they take little of the last moment."""
    return [*_metrics(config), *_spans(config), *_logs(config)]


def _spans(config: ExporterConfig) -> list[Sink]:
    if not is_set(os.environ):
        return []
    from telemetry.exporting.span_sink import SpanSink

    return [SpanSink(config)]


def _logs(config: ExporterConfig) -> list[Sink]:
    if not is_set(os.environ, LOGS):
        return []
    from telemetry.exporting.log_sink import LogSink

    return [LogSink(config)]


def _metrics(config: ExporterConfig) -> list[Sink]:
    from telemetry.exporting.metric_sink import MetricSink
    from telemetry.sending.senders import outlets_of

    if config.metrics is None:
        return []
    outlets = outlets_of(os.environ, config.metrics, socket.gethostname())
    return [MetricSink(config.metrics, outlets)] if outlets else []
