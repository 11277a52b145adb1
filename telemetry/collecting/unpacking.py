"""Unpacks a body within a bound: what a few bytes may swell to is never all made."""

import zlib

from telemetry.collecting.refusal import RefusedError, malformed, too_large

_GZIP, _ZLIB = 31, 15
WINDOWS = {"gzip": _GZIP, "x-gzip": _GZIP, "deflate": _ZLIB}
"""zlib's `wbits` by content coding (RFC 9110, 8.4.1)."""
PLAIN = ("", "identity")


def check_coding(coding: str) -> None:
    """Raise RefusedError for a content coding that is not read."""
    if coding not in WINDOWS and coding not in PLAIN:
        raise RefusedError(415, f"content coding {coding!r} is not read: gzip, deflate or none")


def unpacked(body: bytes, coding: str, most_bytes: int) -> bytes:
    """Return a body's own bytes, `most_bytes` at the most; raises RefusedError."""
    check_coding(coding)
    if coding in PLAIN:
        return _bounded(body, most_bytes)
    window = WINDOWS[coding]
    whole = b""
    while body:
        unpacker = zlib.decompressobj(window)
        try:
            whole += unpacker.decompress(body, most_bytes - len(whole) + 1)
        except zlib.error as error:
            raise malformed(f"not {coding}: {error}") from error
        _bounded(whole, most_bytes)
        if not unpacker.eof:
            raise malformed(f"cut short: the {coding} has no end")
        body = unpacker.unused_data
    return whole


def _bounded(data: bytes, most_bytes: int) -> bytes:
    if len(data) > most_bytes:
        raise too_large(f"more than {most_bytes} bytes")
    return data
