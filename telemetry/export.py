"""Sends a record's spans to an OTLP backend, with OpenTelemetry's own exporters.

The exporters read every `OTEL_EXPORTER_OTLP_*` variable themselves; which of the two is used is
told by `OTEL_EXPORTER_OTLP_TRACES_PROTOCOL`, else `OTEL_EXPORTER_OTLP_PROTOCOL`: `grpc`, or
`http/protobuf`, the specification's default. Spans go in batches whose answers are looked at, so
there is no queue that could drop any. Ids and times are the record's: exporting again repeats them.
"""

import logging
import os
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

import msgspec

from telemetry.export_collected import CollectedSpan, Resources
from telemetry.exporting.batches import SPANS_PER_BATCH, Unit, batched, send
from telemetry.exporting.delivery import Answer, Deliver, Delivery
from telemetry.exporting.destination import Destination, SettingError, destination
from telemetry.exporting.ledger import Ledger
from telemetry.exporting.readable import readable, resource_of
from telemetry.exporting.sampling import is_kept
from telemetry.identity import own_exchange
from telemetry.names import RUN_SPAN
from telemetry.record import Record
from telemetry.rows import SpanCollected
from telemetry.spans import Described, SpanMaker

__all__ = ["SPANS_PER_BATCH", "ExportError", "Exported", "export", "quiet", "units_of"]

ExportError = SettingError
"""The exporter could not even be set up: a protocol or a setting that does not exist."""

LONGEST_WAIT_S = 30.0
"""The longest `Retry-After` that is waited for; longer ones, too, are asked again after it."""

PATIENCE = 5
"""How often in a row a backend may say that it wants to be asked later."""


class Exported(msgspec.Struct, frozen=True, kw_only=True):
    """What became of the spans; `reason` is the backend's own word where any failed.

    `before`: exchanges that it had taken already. `rejected`: spans it took and did not keep.
    """

    sent: int
    failed: int
    reason: str = ""
    before: int = 0
    rejected: int = 0


def export(  # noqa: PLR0913 - what an export is made of, each by name
    record: Record,
    *,
    run_id: str,
    described: Described,
    collected: Iterable[SpanCollected] = (),
    ledger: Ledger | None = None,
    sleep: Callable[[float], None] = time.sleep,
) -> Exported:
    """Send every span of a record that `ledger` does not know of, then those collected.

    Raises ExportError for settings that make no exporter. A backend that takes nothing ends it:
    after a first batch that failed, or two in a row later on, unless it says when to ask again.
    """
    to = destination(os.environ)
    units = units_of(record, run_id, described, collected, ledger)
    exported = deliver_all(units, to, Delivery, ledger, sleep)
    if ledger is not None and not exported.failed:
        ledger.told_share(described.sample)
        ledger.save()
    return exported


def deliver_all(
    units: Iterable[Unit],
    to: Destination,
    make: Callable[[str], Delivery],
    ledger: Ledger | None,
    sleep: Callable[[float], None] = time.sleep,
) -> Exported:
    """Send the units that `ledger` does not know of; `make` returns what delivers by a protocol."""
    left, before = _left(units, ledger)
    with quiet():
        delivery = make(to.protocol)
        try:
            sending = _Sending(delivery.deliver, ledger, sleep)
            sending.all(left)
        finally:
            delivery.close()
    reason = f"{to.address}: {sending.reason}" if sending.failed or sending.rejected else ""
    return Exported(
        sent=sending.sent,
        failed=sending.failed,
        reason=reason,
        before=before,
        rejected=sending.rejected,
    )


def units_of(
    record: Record,
    run_id: str,
    described: Described,
    collected: Iterable[SpanCollected] = (),
    ledger: Ledger | None = None,
) -> Iterator[Unit]:
    """Yield what is exported of a record: the run's own spans, its exchanges, spans of others."""
    maker = SpanMaker(record, described)
    resource = resource_of(run_id, record.run_tag, record.clock.host)
    for span in maker.of_run():
        yield Unit(span.name, [readable(span, resource)])
    left_out = set()
    for exchange in record.exchanges:
        if is_kept(exchange, record.run_tag, described.sample):
            spans = [readable(span, resource) for span in maker.of_exchange(exchange)]
            yield Unit(exchange.number, spans)
        else:
            left_out.add(exchange.number)
    resources = Resources(run_id)
    for index, row in enumerate(collected):
        taken = ledger is not None and index < ledger.collected
        kept = own_exchange(row.trace_id, record.run_tag) not in left_out
        if not taken:
            yield Unit(None, [CollectedSpan(row, resources.of(row))] if kept else [])


def _left(units: Iterable[Unit], ledger: Ledger | None) -> tuple[list[Unit], int]:
    """Return what the ledger does not know of, and how many it knows of (not the run's spans)."""
    if ledger is None:
        return list(units), 0
    left: list[Unit] = []
    before = 0
    for unit in units:
        if unit.key is not None and unit.key in ledger:
            before += isinstance(unit.key, int)
        else:
            left.append(unit)
    return left, before


def forget_other_share(ledger: Ledger, share: float) -> None:
    """Send the run's root span again where it told another share than this export's."""
    if ledger.share is not None and ledger.share != share:
        ledger.forget(RUN_SPAN)


class _Sending:
    """Sends batch after batch and counts; what was taken is noted at once."""

    def __init__(
        self, deliver: Deliver, ledger: Ledger | None, sleep: Callable[[float], None]
    ) -> None:
        self._deliver = deliver
        self._ledger = ledger
        self._sleep = sleep
        self.sent = self.failed = self.rejected = 0
        self.reason = ""

    def all(self, units: Iterable[Unit]) -> None:
        """Send all of them, or until the backend has shown that it takes no more."""
        in_a_row = 0
        for batch in batched(units):
            answer = Answer(kind="later") if self._given_up(in_a_row) else self._batch(batch)
            in_a_row = 0 if answer.kind == "taken" else in_a_row + 1
            if answer.kind == "refused":
                in_a_row += PATIENCE
            if answer.kind != "taken" and not answer.reason:
                self.failed += sum(len(unit.spans) for unit in batch)

    def _given_up(self, in_a_row: int) -> bool:
        return in_a_row > (1 if self.sent else 0)

    def _batch(self, batch: list[Unit]) -> Answer:
        for _ in range(PATIENCE):
            result = send(batch, self._deliver)
            self._note(result.taken)
            self.rejected += result.rejected
            self.reason = result.answer.reason or self.reason
            batch = list(result.left)
            if not batch or result.answer.kind != "later" or result.answer.retry_after_s is None:
                break
            self._sleep(min(result.answer.retry_after_s, LONGEST_WAIT_S))
        self.failed += sum(len(unit.spans) for unit in batch)
        kept = Answer(kind="taken", reason="taken") if not batch else result.answer
        return kept if kept.reason else msgspec.structs.replace(kept, reason="not taken")

    def _note(self, taken: Iterable[Unit]) -> None:
        units = tuple(taken)
        self.sent += sum(len(unit.spans) for unit in units)
        if self._ledger is None or not units:
            return
        self._ledger.add(unit.key for unit in units if unit.key is not None)
        self._ledger.took_collected(sum(unit.key is None for unit in units))
        self._ledger.save()


@contextmanager
def quiet() -> Iterator[None]:
    """Keep what the exporters log from running past the caller: it is told otherwise."""
    logger = logging.getLogger("opentelemetry")
    before, silent = logger.propagate, logging.NullHandler()
    logger.addHandler(silent)
    logger.propagate = False
    try:
        yield
    finally:
        logger.removeHandler(silent)
        logger.propagate = before
