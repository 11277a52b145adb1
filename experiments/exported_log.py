"""Sends a finished run's log to an OpenTelemetry backend: `crosswind export --logs`."""

import os
from pathlib import Path

from experiments.judging.conclude import log, look
from experiments.reading.problems import as_usage_error
from telemetry.export import Exported, ExportError, deliver_all
from telemetry.exporting.destination import LOGS, destination
from telemetry.exporting.ledger import LedgerError, opened
from telemetry.exporting.log_delivery import log_delivery
from telemetry.exporting.readable import resource_of
from telemetry.flat import UnreadableRecordError
from telemetry.logs.otlp import unit_of
from telemetry.redaction import redactor_of
from telemetry.run_folder import RunFolder
from telemetry.seal import NoRecordError


def export_log(path: Path, *, again: bool = False) -> Exported:
    """Send the log events that a backend has not taken yet, the verdict's too; raises UsageError.

    `OTEL_EXPORTER_OTLP_LOGS_*` and `OTEL_EXPORTER_OTLP_*` say where to; `again`: all of them.
    """
    folder = RunFolder(path)
    with as_usage_error(NoRecordError, UnreadableRecordError, ExportError, LedgerError):
        seen = look(path)
        clock = seen.record.clock
        redact = redactor_of({**os.environ, **seen.experiment.environment}).redact
        resource = resource_of(folder.name, seen.record.run_tag, clock.host)
        to = destination(os.environ, LOGS)
        with opened(folder.export_of_logs, to) as ledger:
            if again:
                ledger.clear()
            facts = log(seen, seen.judge(path.name))
            units = (unit_of(fact, resource, clock, redact) for fact in facts)
            return deliver_all(units, to, log_delivery, ledger)
