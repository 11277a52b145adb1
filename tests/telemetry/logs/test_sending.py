"""A backend that is down for a while is asked again, and gets everything."""

from collections.abc import Sequence

from opentelemetry.sdk._logs import ReadableLogRecord
from opentelemetry.sdk._logs.export import LogRecordExporter, LogRecordExportResult
from opentelemetry.sdk.resources import Resource

from telemetry.clock import nanoseconds
from telemetry.logs.otlp import LogSender
from telemetry.logs.sending import AGAIN_NS, SendingLog
from telemetry.rows import Event
from tests.telemetry.logs.test_live import OPENED
from tests.telemetry.synthetic import at


class Backend(LogRecordExporter):
    """Takes batches while it is `up`."""

    def __init__(self) -> None:
        self.up = True
        self.tries = 0
        self.taken: list[str | None] = []

    def export(self, batch: Sequence[ReadableLogRecord]) -> LogRecordExportResult:
        self.tries += 1
        if not self.up:
            return LogRecordExportResult.FAILURE
        self.taken += [one.log_record.event_name for one in batch]
        return LogRecordExportResult.SUCCESS

    def force_flush(self, timeout_millis: int = 0) -> bool:
        return self.up or not timeout_millis

    def shutdown(self) -> None:
        self.up = False


def test_what_was_not_taken_waits_and_comes_again() -> None:
    backend = Backend()
    backend.up = False
    log = SendingLog(lambda clock: LogSender(backend, Resource({}), clock))
    log.take("conductor-0", OPENED)
    log.flush(at(1.0))
    log.take("injector-0", Event(name="killed", at_ns=at(1.0)))
    log.flush(at(1.5))
    assert (backend.tries, log.waiting) == (1, 2)
    backend.up = True
    log.flush(at(1.0) + AGAIN_NS)
    assert backend.taken == ["crosswind.run.started", "crosswind.faults.killed"]
    log.take("injector-0", Event(name="frozen", at_ns=at(1.0) + nanoseconds(9)))
    log.close()
    assert backend.taken[2:] == ["crosswind.faults.frozen"]
    assert log.waiting == 0
    assert not backend.up


def test_a_backend_that_stays_dead_leaves_a_count() -> None:
    backend = Backend()
    backend.up = False
    log = SendingLog(lambda clock: LogSender(backend, Resource({}), clock))
    log.take("conductor-0", OPENED)
    log.close()
    assert log.waiting == 1
