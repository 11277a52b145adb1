"""The file that a run's log is written to while it goes on: whoever reads the spools keeps it.

It is written anew from the first row by a reader that was started again, and made again from the
whole record once the run is judged. A disk that takes no more ends it, and nothing else.
"""

import contextlib
import os

from telemetry.clock import ClockPair
from telemetry.logs.fact import LogFact
from telemetry.logs.file import LogFile
from telemetry.logs.live import LiveLog
from telemetry.redaction import redactor_of
from telemetry.rows import AnyRow
from telemetry.run_folder import RunFolder


class FollowingLog:
    """A run's log on disk, kept row by row."""

    def __init__(self, folder: RunFolder) -> None:
        """Begin it, in the place of one that is there; raises OSError."""
        self._file = folder.run_log.open("w", encoding="utf-8")
        self._log = LogFile(self._file, redactor_of(os.environ).redact)
        self._live = LiveLog(self._write)

    def take(self, spool: str, row: AnyRow) -> None:
        """Take one row of the named spool."""
        self._live.take(spool, row)

    def flush(self, now_ns: int) -> None:
        """Write what is due by `now_ns`."""
        self._live.flush(now_ns)

    def close(self) -> None:
        """Write what is left; once it is closed, nothing more."""
        if self._file.closed:
            return
        self._live.close()
        with contextlib.suppress(OSError):
            self._file.close()

    def _write(self, fact: LogFact, clock: ClockPair) -> None:
        # The record is whole without it: what could not be written is made again from there.
        with contextlib.suppress(OSError):
            self._log.write(fact, clock)
