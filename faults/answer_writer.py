"""Writes what a script says as HTTP/1.1, in our own framing: one chunk per event.

The provider's head keeps its bytes and order except for the fields that frame the body. An answer
that is said in one breath gets a Content-Length, if the provider gave it one or a fault wrote it.
"""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Final

from faults.heads import assemble, ends_connection, other_lines, rewrite_answer, start_line
from faults.steps import Head
from providers.http1 import chunk

SWITCHING: Final = 101
"""The status behind which another protocol is spoken, in no framing of HTTP's."""

_FRAMING: Final = frozenset({b"content-length", b"transfer-encoding"})
_REASONS: Final = {status.value: status.phrase for status in HTTPStatus}


class AnswerWriter:
    """Turns one answer's head and events into bytes; `take` what is to be written.

    `old`: the client speaks HTTP/1.0, and gets its body up to the end of the connection.
    `bodiless`: it asked with HEAD. `last`: the connection ends with this answer, which says so.
    `decoded`: the body was freed from its content coding.
    """

    def __init__(self, *, old: bool, bodiless: bool, last: bool) -> None:
        self._old = old
        self._bodiless = bodiless
        self.last = last
        self._head: Head | None = None
        self._pieces: list[bytes] = []
        self._written: list[bytes] = []
        self._framed = self._tunnel = False
        self.decoded = False

    def head(self, head: Head) -> None:
        """Say the head; it is written with what follows it in the same breath."""
        self._head = head
        self._bodiless = self._bodiless or head.status in {204, 304}
        self._tunnel = head.status == SWITCHING
        self.last = self.last or ends_connection(head.raw.lower())

    def event(self, data: bytes) -> None:
        """Say some of the body."""
        if not self._bodiless:
            self._pieces.append(data)

    def raw(self, data: bytes) -> None:
        """Say bytes where the framing would be."""
        self._commit()
        self._written.append(data)

    def end(self, trailers: Sequence[bytes]) -> None:
        """Say the end."""
        if self._head is not None and not self._bodiless and _is_measured(self._head):
            body = b"".join(self._pieces)
            self._write_head(b"Content-Length: %d" % len(body))
            self._written.append(body)
            self._pieces = []
            return
        self._commit()
        if self._framed:
            self._written.append(b"\r\n".join([b"0", *trailers, b"", b""]))

    def take(self) -> bytes:
        """Return everything that has been said and not been taken."""
        self._commit()
        taken = b"".join(self._written)
        self._written = []
        return taken

    def _commit(self) -> None:
        if self._head is not None:
            promised = self._head.length
            unframed = self._bodiless or self._old or self._tunnel
            self._framed = not unframed and promised is None
            length = b"" if promised is None else b"Content-Length: %d" % promised
            self._write_head(b"Transfer-Encoding: chunked" if self._framed else length)
        if self._pieces:
            self._written += map(chunk, self._pieces) if self._framed else self._pieces
            self._pieces = []

    def _write_head(self, framing: bytes) -> None:
        head, self._head = self._head, None
        if head is None:
            return
        if self._tunnel and head.raw:
            self._written.append(head.raw)
            return
        first, lines = self._own_lines(head) if not head.raw else self._kept_lines(head.raw)
        if framing:
            lines.append(framing)
        if self.last:
            lines = [line for line in lines if not line.lower().startswith(b"connection:")]
            lines.append(b"Connection: close")
        self._written.append(assemble(first, lines))

    def _kept_lines(self, raw: bytes) -> tuple[bytes, list[bytes]]:
        raw = rewrite_answer(raw)
        dropped = frozenset() if self._bodiless else _FRAMING
        if self.decoded:
            dropped |= {b"content-encoding"}
        return b"HTTP/1.1%b" % start_line(raw)[8:], other_lines(raw, dropped)

    def _own_lines(self, head: Head) -> tuple[bytes, list[bytes]]:
        first = f"HTTP/1.1 {head.status} {_REASONS.get(head.status, '')}".encode("latin-1")
        lines = [f"{name}: {value}".encode("latin-1") for name, value in head.headers]
        return first, lines


def _is_measured(head: Head) -> bool:
    if head.length is not None:
        return False
    return not head.raw or b"\ncontent-length:" in head.raw.lower()
