"""GOAWAY frames beside `h2`, which lets nothing pass any more once it has seen or sent one. Pure.

A server that drains says GOAWAY and answers what it has (RFC 9113, 6.8). So these frames are taken
out of what `h2` reads, and written past it.
"""

from typing import Final, NamedTuple

PREFACE: Final = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
_HEAD_BYTES: Final = 9
_GOAWAY: Final = 7
_BODY_BYTES: Final = 8
_NO_RESERVED_BIT: Final = 0x7FFFFFFF


MAX_FRAME_BYTES: Final = 16_384
"""The longest frame that a peer may send to who has not asked for longer ones."""

FRAME_SIZE_ERROR: Final = 6


class FrameTooLongError(ValueError):
    """A frame is longer than frames may be: what follows cannot be told from it."""


class GoneAway(NamedTuple):
    """What a GOAWAY says: the last stream that was looked at, and why."""

    last_stream: int
    code: int


class Sieve:
    """Takes GOAWAY frames out of one direction of a connection, however its bytes are cut.

    `after_preface`: the direction begins with a client's preface.
    """

    def __init__(self, *, after_preface: bool) -> None:
        self._skip = len(PREFACE) if after_preface else 0
        self._held = bytearray()
        self._passing = 0

    def feed(self, data: bytes) -> tuple[bytes, list[GoneAway]]:
        """Take bytes; return what `h2` is to read, and what was taken out.

        Raises FrameTooLongError, which `h2` finds out only at the frame's end.
        """
        passed, found = bytearray(), []
        if self._skip:
            begun, data = data[: self._skip], data[self._skip :]
            self._skip -= len(begun)
            passed += begun
        self._held += data
        while self._held:
            if self._passing:
                piece = self._held[: self._passing]
                passed += piece
                self._passing -= len(piece)
                del self._held[: len(piece)]
            elif len(self._held) < _HEAD_BYTES:
                break
            elif self._held[3] != _GOAWAY:
                self._passing = _HEAD_BYTES + self._size()
            elif (frame := self._whole_frame()) is None:
                break
            else:
                found.append(frame)
        return bytes(passed), found

    def _size(self) -> int:
        size = int.from_bytes(self._held[:3], "big")
        if size > MAX_FRAME_BYTES:
            raise FrameTooLongError(f"a frame of {size} bytes")
        return size

    def _whole_frame(self) -> GoneAway | None:
        size = _HEAD_BYTES + self._size()
        if len(self._held) < size:
            return None
        body = bytes(self._held[_HEAD_BYTES:size]).ljust(_BODY_BYTES, b"\0")
        del self._held[:size]
        last = int.from_bytes(body[:4], "big") & _NO_RESERVED_BIT
        return GoneAway(last, int.from_bytes(body[4:8], "big"))


def goaway_frame(last_stream: int, code: int) -> bytes:
    """Return the frame that says that no stream beyond is looked at."""
    head = _BODY_BYTES.to_bytes(3, "big") + bytes([_GOAWAY, 0]) + bytes(4)
    return head + last_stream.to_bytes(4, "big") + code.to_bytes(4, "big")
