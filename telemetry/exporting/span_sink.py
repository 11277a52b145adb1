"""The sink of spans: exchanges as they settle, phases as they end, the run itself at its end."""

import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import msgspec

from telemetry.clock import nanoseconds
from telemetry.exchange import Exchange
from telemetry.export import forget_other_share, quiet
from telemetry.exporter_config import ExporterConfig
from telemetry.exporting.batches import Unit
from telemetry.exporting.delivery import Delivery
from telemetry.exporting.destination import SettingError, destination
from telemetry.exporting.ledger import Key, LedgerError, opened
from telemetry.exporting.outbox import Outbox
from telemetry.exporting.readable import readable, resource_of
from telemetry.exporting.sampling import is_kept
from telemetry.exporting.settling import Settling
from telemetry.exporting.stand_in_logs import StandInLogs
from telemetry.record import Record
from telemetry.rows import AnyRow
from telemetry.run_folder import RunFolder
from telemetry.semconv import wants_latest
from telemetry.spans import Described, SpanMaker


class SpanSink:
    """Sends a run's spans while it goes on."""

    def __init__(self, config: ExporterConfig) -> None:
        """Open the ledger of the environment's backend; raises SettingError."""
        folder = RunFolder(Path(config.run_folder))
        to = destination(os.environ)
        self._config, self._run_id = config, folder.name
        self._stack = ExitStack()
        try:
            self._ledger = self._stack.enter_context(opened(folder.export, to))
        except LedgerError as error:
            raise SettingError(str(error)) from error
        forget_other_share(self._ledger, config.sample)
        self._stack.enter_context(quiet())
        self._outbox = Outbox(Delivery(to.protocol), self._ledger, to.address)
        self._settling = Settling(config.run_tag, nanoseconds(config.grace_s), config.stand_ins)
        self._logs = StandInLogs(folder.stand_in)
        self._touched: dict[int, Exchange] = {}
        self._seen: set[Key] = set()

    def take(self, spool: str, row: AnyRow) -> None:
        """Take a row; one about an exchange that was sent already makes it due again."""
        number = self._settling.take(spool, row)
        if number is not None and number in self._seen:
            self._ledger.forget(number)

    def flush(self, now_ns: int) -> None:
        """Note what was taken, and post what is due."""
        self._logs.read()
        self._settle(self._settling.settled(now_ns, self._logs.requests))
        until_ns = now_ns - nanoseconds(self._config.grace_s)
        self._outbox.add(self._of_the_run(phases_until_ns=until_ns))
        self._outbox.flush(now_ns)

    def close(self, within_s: float) -> dict[str, int | str]:
        """Send all that is left, for so long at the most."""
        self._logs.read()
        if self._settling.over:
            self._take_record(self._settling.rest())
            self._outbox.add(self._of_the_run())
        self._outbox.close(within_s)
        if self._settling.over and self._outbox.is_empty:
            self._ledger.told_share(self._config.sample)
        self._outbox.save()
        self._stack.close()
        return {
            "spans_sent": self._outbox.sent,
            "spans_left": self._outbox.left,
            "reason": self._outbox.reason,
        }

    def _settle(self, numbers: list[int]) -> None:
        if not numbers:
            return
        self._take_record(self._settling.record(numbers))
        self._seen.update(numbers)
        self._settling.drop(numbers)

    def _take_record(self, record: Record) -> None:
        for exchange in record.exchanges:
            if exchange.touched:
                self._touched[exchange.number] = _touched_only(exchange)
        self._outbox.add(self._exchanges(record))

    def _exchanges(self, record: Record) -> Iterator[Unit]:
        described = self._described(self._logs.requests)
        maker = SpanMaker(record, described)
        resource = resource_of(self._run_id, record.run_tag, record.clock.host)
        for exchange in record.exchanges:
            if exchange.number in self._ledger or exchange.number in self._seen:
                continue
            if not is_kept(exchange, record.run_tag, self._config.sample):
                continue
            spans = [readable(span, resource) for span in maker.of_exchange(exchange)]
            yield Unit(exchange.number, spans)

    def _of_the_run(self, phases_until_ns: int | None = None) -> Iterator[Unit]:
        """Yield the run's own spans, or the phases alone that were over at a moment."""
        record = msgspec.structs.replace(
            self._settling.record(()), exchanges=tuple(self._touched.values())
        )
        resource = resource_of(self._run_id, record.run_tag, record.clock.host)
        until_ns = None if phases_until_ns is None else record.clock.wall(phases_until_ns)
        for span in SpanMaker(record, self._described({})).of_run():
            over = until_ns is None or (span.name.startswith("phase ") and span.end_ns < until_ns)
            if over and span.name not in self._ledger and span.name not in self._seen:
                self._seen.add(span.name)
                yield Unit(span.name, [readable(span, resource)])

    def _described(self, requests: dict) -> Described:  # type: ignore[type-arg]
        return Described(
            endpoints=self._config.endpoints,
            injected=self._config.injected,
            title=self._config.title,
            requests=requests,
            sample=self._config.sample,
            latest_names=wants_latest(os.environ),
        )


def _touched_only(exchange: Exchange) -> Exchange:
    """Return what the windows' own spans need of an exchange."""
    attempts = (msgspec.structs.replace(a, hop=None) for a in exchange.attempts if a.touched)
    return msgspec.structs.replace(exchange, attempts=tuple(attempts), front=None)
