"""A process's standard error without secrets: its log may be read by anybody."""

import io
import os
import sys
from typing import TextIO

from telemetry.redaction import LineRedactor, Redactor, redactor_of


class Redacted(io.TextIOBase):
    """Passes whole lines on, each without secrets; what lacks its newline waits for it."""

    def __init__(self, stream: TextIO, redactor: Redactor) -> None:
        self._stream = stream
        self._redactor = LineRedactor(redactor)
        self._rest = ""

    def write(self, text: str) -> int:
        """Take some text."""
        *lines, self._rest = (self._rest + text).split("\n")
        for line in lines:
            self._stream.write(self._redactor.redact(line) + "\n")
        if lines:
            self._stream.flush()
        return len(text)

    def flush(self) -> None:
        """Pass on what waits for its newline too."""
        rest, self._rest = self._rest, ""
        if rest:
            self._stream.write(self._redactor.redact(rest))
        self._stream.flush()

    def writable(self) -> bool:
        """Return that it is."""
        return True

    def fileno(self) -> int:
        """Return the stream's own: what writes past us is not Python's."""
        return self._stream.fileno()


def redact_standard_error() -> None:
    """Let everything that this process says on standard error pass without secrets."""
    sys.stderr = Redacted(sys.stderr, redactor_of(os.environ))
