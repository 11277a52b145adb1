"""The sink of log events: those of the run's log, when each is due."""

import os
from contextlib import ExitStack
from pathlib import Path

from telemetry.clock import ClockPair
from telemetry.export import quiet
from telemetry.exporter_config import ExporterConfig
from telemetry.exporting.destination import LOGS, SettingError, destination
from telemetry.exporting.ledger import LedgerError, opened
from telemetry.exporting.log_delivery import log_delivery
from telemetry.exporting.outbox import Outbox
from telemetry.exporting.readable import resource_of
from telemetry.logs.fact import LogFact
from telemetry.logs.live import LiveLog
from telemetry.logs.otlp import key_of, unit_of
from telemetry.redaction import redactor_of
from telemetry.rows import AnyRow
from telemetry.run_folder import RunFolder


class LogSink:
    """Sends a run's log while it goes on; the log is short, so all of it may wait."""

    def __init__(self, config: ExporterConfig) -> None:
        """Open the ledger of the environment's backend for logs; raises SettingError."""
        folder = RunFolder(Path(config.run_folder))
        to = destination(os.environ, LOGS)
        self._run_id, self._run_tag = folder.name, config.run_tag
        self._redact = redactor_of(os.environ).redact
        self._stack = ExitStack()
        try:
            self._ledger = self._stack.enter_context(opened(folder.export_of_logs, to))
        except LedgerError as error:
            raise SettingError(str(error)) from error
        self._stack.enter_context(quiet())
        self._outbox = Outbox(log_delivery(to.protocol), self._ledger, to.address)
        self._live = LiveLog(self._keep)

    def take(self, spool: str, row: AnyRow) -> None:
        """Take one row of the named spool."""
        self._live.take(spool, row)

    def flush(self, now_ns: int) -> None:
        """Post what is due by `now_ns`."""
        self._live.flush(now_ns)
        self._outbox.flush(now_ns)

    def close(self, within_s: float) -> dict[str, int | str]:
        """Send all that is left, for so long at the most."""
        self._live.close()
        self._outbox.close(within_s)
        self._outbox.save()
        self._stack.close()
        return {
            "log_events_sent": self._outbox.sent,
            "log_events_left": self._outbox.left,
            "log_reason": self._outbox.reason,
        }

    def _keep(self, fact: LogFact, clock: ClockPair) -> None:
        if key_of(fact) in self._ledger:
            return
        resource = resource_of(self._run_id, self._run_tag, clock.host)
        self._outbox.add([unit_of(fact, resource, clock, self._redact)])
