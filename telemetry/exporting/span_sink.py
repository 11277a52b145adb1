"""The sink of spans: exchanges as they settle, phases as they end, the run itself at its end."""

import os
import sys
import time
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path

import msgspec

from telemetry.clock import nanoseconds, now_ns
from telemetry.exchange import Exchange
from telemetry.export import forget_other_share, quiet
from telemetry.exporter_config import ExporterConfig
from telemetry.exporting.batches import Sent, Unit, batched
from telemetry.exporting.courier import Courier
from telemetry.exporting.delivery import Answer, Delivery
from telemetry.exporting.destination import SettingError, destination
from telemetry.exporting.ledger import Key, LedgerError, opened
from telemetry.exporting.readable import readable, resource_of
from telemetry.exporting.sampling import is_kept
from telemetry.exporting.settling import Settling
from telemetry.exporting.stand_in_logs import StandInLogs
from telemetry.record import Record
from telemetry.rows import AnyRow
from telemetry.run_folder import RunFolder
from telemetry.spans import Described, SpanMaker

POST_EVERY_NS = nanoseconds(1.0)
MOST_WAITING = 5_000
"""Exchanges that wait for a slow backend; later ones are left to be sent from the record."""

SHORTEST_WAIT_S, LONGEST_WAIT_S = 1.0, 30.0


class SpanSink:
    """Sends a run's spans while it goes on."""

    def __init__(self, config: ExporterConfig) -> None:
        """Open the ledger of the environment's backend; raises SettingError."""
        folder = RunFolder(Path(config.run_folder))
        to = destination(os.environ)
        self._config, self._run_id, self._to = config, folder.name, to
        self._stack = ExitStack()
        try:
            self._ledger = self._stack.enter_context(opened(folder.export, to))
        except LedgerError as error:
            raise SettingError(str(error)) from error
        forget_other_share(self._ledger, config.sample)
        self._stack.enter_context(quiet())
        self._delivery = Delivery(to.protocol)
        self._courier = Courier(self._delivery.deliver)
        self._settling = Settling(config.run_tag, nanoseconds(config.grace_s), config.stand_ins)
        self._logs = StandInLogs(folder.stand_in)
        self._touched: dict[int, Exchange] = {}
        self._waiting: deque[Unit] = deque()
        self._seen: set[Key] = set()
        self._not_before_ns = self._failures = self._sent = self._dropped = 0
        self._refused = self._reason = ""

    def take(self, spool: str, row: AnyRow) -> None:
        """Take a row; one about an exchange that was sent already makes it due again."""
        number = self._settling.take(spool, row)
        if number is not None and number in self._seen:
            self._ledger.forget(number)

    def flush(self, now_ns: int) -> None:
        """Note what was taken, and post what is due."""
        self._logs.read()
        self._hear(self._courier.result())
        self._settle(self._settling.settled(now_ns, self._logs.requests))
        self._add(self._of_the_run(phases_until_ns=now_ns - nanoseconds(self._config.grace_s)))
        if self._courier.idle and self._waiting and now_ns >= self._not_before_ns:
            self._not_before_ns = now_ns + POST_EVERY_NS
            self._post()

    def close(self, within_s: float) -> dict[str, int | str]:
        """Send all that is left, for so long at the most."""
        deadline = time.monotonic() + within_s
        self._logs.read()
        if self._settling.over:
            self._take_record(self._settling.rest())
            self._add(self._of_the_run())
        while (left_s := deadline - time.monotonic()) > 0 and not self._refused:
            if self._courier.idle and not self._waiting:
                break
            if self._courier.idle and now_ns() >= self._not_before_ns:
                self._post()
            self._hear(self._courier.result(min(left_s, 0.05)))
        self._hear(self._courier.result())
        self._delivery.close()
        self._save(over=not self._waiting and self._courier.idle)
        self._stack.close()
        left = sum(len(unit.spans) for unit in self._waiting)
        reason = self._reason if left or self._dropped else ""
        return {"spans_sent": self._sent, "spans_left": left, "reason": reason}

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
        self._add(self._exchanges(record))

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
        )

    def _add(self, units: Iterable[Unit]) -> None:
        for unit in units:
            if self._refused or len(self._waiting) >= MOST_WAITING:
                self._dropped += 1
            else:
                self._waiting.append(unit)

    def _post(self) -> None:
        batch = next(batched(self._waiting))
        for _ in batch:
            self._waiting.popleft()
        self._courier.post(batch)

    def _hear(self, sent: Sent | None) -> None:
        if sent is None:
            return
        self._sent += sum(len(unit.spans) for unit in sent.taken)
        self._ledger.add(unit.key for unit in sent.taken if unit.key is not None)
        self._save()
        self._waiting.extendleft(reversed(sent.left))
        if sent.answer.kind == "taken" and not sent.left:
            self._failures, self._not_before_ns = 0, 0
            return
        self._failures += 1
        self._reason = f"{self._to.address}: {sent.answer.reason or 'not taken'}"
        if sent.answer.kind != "later":
            self._refused = self._reason
            sys.stderr.write(f"exporter: {self._reason}; what is left waits for `export`\n")
        self._not_before_ns = now_ns() + nanoseconds(_wait_s(sent.answer, self._failures))

    def _save(self, *, over: bool = False) -> None:
        if over and self._settling.over and not self._dropped:
            self._ledger.told_share(self._config.sample)
        try:
            self._ledger.save()
        except OSError as error:  # a full disk: what is not noted is sent twice
            self._reason = str(error)


def _wait_s(answer: Answer, failures: int) -> float:
    """Return how long to leave a backend alone: as it says, else longer each time."""
    wished_s = answer.retry_after_s
    if wished_s is None:
        wished_s = SHORTEST_WAIT_S * 2.0 ** min(failures - 1, 5)
    return min(max(wished_s, SHORTEST_WAIT_S), LONGEST_WAIT_S)


def _touched_only(exchange: Exchange) -> Exchange:
    """Return what the windows' own spans need of an exchange."""
    attempts = (msgspec.structs.replace(a, hop=None) for a in exchange.attempts if a.touched)
    return msgspec.structs.replace(exchange, attempts=tuple(attempts), front=None)
