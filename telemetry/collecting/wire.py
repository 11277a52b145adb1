"""Protobuf's wire format, one message deep: fields and their bytes, nothing made of them.

A small message costs its parser forty times its bytes, so that four megabytes of empty spans would
be hundreds; walking over them costs none. Format: protobuf.dev/programming-guides/encoding.
"""

from collections.abc import Iterator

from telemetry.collecting.refusal import malformed

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_FIXED = {_FIXED64: 8, _FIXED32: 4}
_VARINT_BYTES = 10


def messages(data: memoryview) -> Iterator[tuple[int, memoryview]]:
    """Yield number and bytes of every length-delimited field; raises RefusedError."""
    at = 0
    while at < len(data):
        key, at = _varint(data, at)
        end = _end(data, at, key & 7)
        if key & 7 == _BYTES:
            length, at = _varint(data, at)
            end = at + length
        if end > len(data):
            raise malformed("a field is longer than what holds it")
        if key & 7 == _BYTES:
            yield key >> 3, data[at:end]
        at = end


def _end(data: memoryview, at: int, wire_type: int) -> int:
    """Return where a field of a plain type ends; where a length begins for the others."""
    if wire_type == _VARINT:
        return _varint(data, at)[1]
    if wire_type != _BYTES and wire_type not in _FIXED:
        raise malformed(f"no field has wire type {wire_type}")
    return at + _FIXED.get(wire_type, 0)


def _varint(data: memoryview, at: int) -> tuple[int, int]:
    value = 0
    for index, byte in enumerate(data[at : at + _VARINT_BYTES]):
        value |= (byte & 0x7F) << (7 * index)
        if byte < 0x80:
            return value, at + index + 1
    raise malformed("a number has no end")
