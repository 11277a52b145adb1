"""Appends a process's rows to its own spool: one write per flush, no thread, no quiet loss.

The recorder keeps no clock and no timer: whoever owns the event loop calls `flush()` every
`FLUSH_INTERVAL_S`. A write that fails (a full disk) drops the buffered rows and counts them; the
sequence numbers keep counting, so a reader sees the gap too.
"""

import os
from collections.abc import Callable, Mapping
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

from telemetry.clock import read_clock_pair
from telemetry.redaction import NUMBERS, redacted_values, redactor_of
from telemetry.rows import (
    AttemptEnded,
    Event,
    HopEnded,
    Opened,
    Row,
    SpanCollected,
    SpoolEnded,
    encode_rows,
)

FLUSH_INTERVAL_S = 0.05
REMEMBERED = 1024
REMEMBERED_CHARS = 256
SPOOLS = "spool"


class Recorder:
    """Numbers rows, and encodes and writes them in batches: a row must not change any more.

    Encoded together, with the encoder's code and tables at hand, a row costs half of what it does
    between two requests.
    """

    def __init__(
        self,
        write: Callable[[bytes], int],
        role: str,
        redact: Callable[[str], str] = str,
    ) -> None:
        """`write` takes bytes and returns how many it took; `OSError` means they are lost.

        `redact` takes secrets out of what others said: errors, models, facts of events.
        """
        self._write = write
        # Others say the same over and over; to look a text up costs a fiftieth of reading it.
        self._remembered = lru_cache(maxsize=REMEMBERED)(redact)
        self._pairs = lru_cache(maxsize=REMEMBERED)(partial(_redacted_pair, redact=redact))
        self._resource: tuple[object, dict[str, Any]] = (None, {})
        self._read = redact
        # By type, since this is asked of every row.
        self._cleaners: Mapping[type[Row], Callable[[Any], None]] = {
            AttemptEnded: self._clean_ending,
            HopEnded: self._clean_ending,
            Event: self._clean_facts,
            SpanCollected: self._clean_span,
        }
        self._pending: list[Row] = []
        self._rows = 0
        self._torn = False
        self.dropped = 0
        pair = read_clock_pair()
        self.record_now(
            Opened(
                host=pair.host,
                role=role,
                pid=os.getpid(),
                monotonic_ns=pair.monotonic_ns,
                wall_ns=pair.wall_ns,
            )
        )

    def record(self, row: Row) -> None:
        """Take a row; it reaches the spool at the next flush."""
        row.seq = self._rows
        self._rows += 1
        clean = self._cleaners.get(type(row))
        if clean is not None:
            clean(row)
        self._pending.append(row)

    def _redact(self, text: str) -> str:
        return self._remembered(text) if len(text) <= REMEMBERED_CHARS else self._read(text)

    def _clean_ending(self, row: AttemptEnded | HopEnded) -> None:
        if row.error:
            row.error = self._redact(row.error)
        if row.model:
            row.model = self._redact(row.model)
        if row.finish_reason:
            row.finish_reason = self._redact(row.finish_reason)

    def _clean_facts(self, row: Event) -> None:
        row.facts = {
            name: self._redact(fact) if isinstance(fact, str) else fact
            for name, fact in row.facts.items()
        }

    def _clean_span(self, row: SpanCollected) -> None:
        row.name = self._redact(row.name)
        row.scope = self._redact(row.scope)
        row.scope_version = self._redact(row.scope_version)
        if row.status_message:
            row.status_message = self._redact(row.status_message)
        if row.trace_state:
            row.trace_state = self._redact(row.trace_state)
        row.attributes = self._clean_values(row.attributes)
        if row.resource is not self._resource[0]:  # the same mapping for all spans of a program
            self._resource = row.resource, redacted_values(row.resource, self._redact)
        row.resource = self._resource[1]

    def _clean_values(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return what `redacted_values` does; short texts under a name are looked up at once."""
        cleaned: dict[str, Any] = {}
        for name, value in values.items():
            if type(value) in NUMBERS:
                cleaned[self._redact(name)] = value
            elif type(value) is str and len(name) + len(value) <= REMEMBERED_CHARS:
                clean_name, cleaned_value = self._pairs(name, value)
                cleaned[clean_name] = cleaned_value
            else:
                cleaned |= redacted_values({name: value}, self._redact)
        return cleaned

    def record_now(self, row: Row) -> None:
        """Take a row that must survive a crash a moment later."""
        self.record(row)
        self.flush()

    def flush(self) -> None:
        """Write what is buffered with one call."""
        if not self._pending:
            return
        rows, self._pending = self._pending, []
        data = encode_rows(rows)
        if self._torn:
            data = b"\n" + data
        try:
            self._torn = self._write(data) != len(data)
        except OSError:
            self.dropped += len(rows)
            return
        if self._torn:
            self.dropped += len(rows)

    def close(self) -> None:
        """Write the row that counts the others; a spool without it did not end in order."""
        self.record_now(SpoolEnded(rows=self._rows, dropped=self.dropped))


def _redacted_pair(name: str, value: str, redact: Callable[[str], str]) -> tuple[str, str]:
    ((clean_name, cleaned),) = redacted_values({name: value}, redact).items()
    return clean_name, cleaned


def open_spool(
    run_folder: Path,
    role: str,
    number: int = 0,
    environment: Mapping[str, str] = os.environ,
    *,
    among: str = SPOOLS,
) -> Recorder:
    """Open `<run_folder>/<among>/<role>-<number>.ndjson` for appending and record its first row.

    What is secret among the variables of `environment` is written nowhere. What is not in `spool`
    is no part of the sealed record.
    """
    folder = run_folder / among
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{role}-{number}.ndjson"
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)
    redact = redactor_of(environment).redact
    return Recorder(lambda data: os.write(descriptor, data), role, redact)
