"""A stand-in's own record of what it was asked: ground truth for tests, never for a verdict."""

import os
from pathlib import Path
from typing import Literal

import msgspec

Ended = Literal["complete", "client_gone", "refused", "shutdown"]


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One request, written when it ended; CLOCK_MONOTONIC ns, `at_ns` when it had arrived.

    `status` is None when no answer had begun; `tokens` counts what was generated, delivered or not.
    """

    at_ns: int
    end_ns: int
    trace_id: str | None
    span_id: str | None
    status: int | None
    prompt_tokens: int
    tokens: int
    ended: Ended


class RequestLog:
    """Appends lines to a file; what is added is kept until the owner flushes."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        self._pending: list[bytes] = []

    def add(self, line: Line) -> None:
        """Keep a line for the next flush."""
        self._pending.append(msgspec.json.encode(line) + b"\n")

    def flush(self) -> None:
        """Write what was added, whole lines in one write."""
        pending, self._pending = self._pending, []
        if pending:
            os.write(self._descriptor, b"".join(pending))

    def close(self) -> None:
        """Flush and close the file."""
        self.flush()
        os.close(self._descriptor)


def read_log(path: Path) -> list[Line]:
    """Read the lines that a log holds."""
    decode = msgspec.json.Decoder(Line).decode
    return [decode(line) for line in path.read_bytes().splitlines()]
