"""Hands log records to an OTLP backend; imported only where it is asked for logs."""

from opentelemetry.exporter.otlp.proto.grpc import _log_exporter as over_grpc
from opentelemetry.exporter.otlp.proto.http import _log_exporter as over_http

from telemetry.exporting.delivery import Delivery, Exporter, Hear, HeardOverGrpc, heard_session


def log_delivery(protocol: str) -> Delivery:
    """Return what delivers log records by `grpc` or `http/protobuf`; raises SettingError."""
    return Delivery(protocol, of_log_records)


def of_log_records(protocol: str, hear: Hear) -> Exporter:
    """Return the exporter of log records."""
    if protocol == "grpc":
        return _LogsOverGrpc(hear)
    return over_http.OTLPLogExporter(session=heard_session("LOGS", hear))


class _LogsOverGrpc(HeardOverGrpc, over_grpc.OTLPLogExporter):
    """The official exporter of log records, heard."""
