"""Appends a process's rows to its own spool: one write per flush, no thread, no quiet loss.

The recorder keeps no clock and no timer: whoever owns the event loop calls `flush()` every
`FLUSH_INTERVAL_S`. A write that fails (a full disk) drops the buffered rows and counts them; the
sequence numbers keep counting, so a reader sees the gap too.
"""

import os
from collections.abc import Callable
from pathlib import Path

from telemetry.clock import read_clock_pair
from telemetry.rows import Opened, Row, SpoolEnded, encode_row

FLUSH_INTERVAL_S = 0.05


class Recorder:
    """Numbers rows, encodes them at once, and writes them in batches."""

    def __init__(self, write: Callable[[bytes], int], role: str) -> None:
        """`write` takes bytes and returns how many it took; `OSError` means they are lost."""
        self._write = write
        self._buffer = bytearray()
        self._rows = 0
        self._unwritten = 0
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
        self._unwritten += 1
        self._buffer += encode_row(row)

    def record_now(self, row: Row) -> None:
        """Take a row that must survive a crash a moment later."""
        self.record(row)
        self.flush()

    def flush(self) -> None:
        """Write what is buffered with one call."""
        if not self._buffer:
            return
        pending = b"\n" + self._buffer if self._torn else bytes(self._buffer)
        try:
            self._torn = self._write(pending) != len(pending)
        except OSError:
            self._lose()
            return
        if self._torn:
            self._lose()
            return
        self._buffer.clear()
        self._unwritten = 0

    def close(self) -> None:
        """Write the row that counts the others; a spool without it did not end in order."""
        self.record_now(SpoolEnded(rows=self._rows, dropped=self.dropped))

    def _lose(self) -> None:
        self.dropped += self._unwritten
        self._buffer.clear()
        self._unwritten = 0


def open_spool(run_folder: Path, role: str, number: int = 0) -> Recorder:
    """Open `<run_folder>/spool/<role>-<number>.ndjson` for appending and record its first row."""
    folder = run_folder / "spool"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{role}-{number}.ndjson"
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)
    return Recorder(lambda data: os.write(descriptor, data), role)
