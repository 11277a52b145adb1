"""Tensors of the Open Inference Protocol v2 that hold one element: text, a flag or a number. Pure.

They go "raw": little-endian, a BYTES element behind its length in 4 bytes, a BOOL in one byte
(https://github.com/kserve/open-inference-protocol, `open_inference_grpc.proto`; the BYTES are
Triton's, `docs/protocol/extension_binary_data.md`). Typed `contents` are read as well.
"""

from collections.abc import Iterator
from typing import Any, Final

from providers.open_inference_messages import InvalidMessageError

Value = bytes | bool | int
"""An element of a tensor."""

_SIZES: Final = {
    "INT8": 1,
    "UINT8": 1,
    "INT16": 2,
    "UINT16": 2,
    "INT32": 4,
    "UINT32": 4,
    "INT64": 8,
    "UINT64": 8,
}
_TYPED: Final = {
    "BYTES": "bytes_contents",
    "BOOL": "bool_contents",
    "INT64": "int64_contents",
    "UINT64": "uint64_contents",
    **dict.fromkeys(("INT8", "INT16", "INT32"), "int_contents"),
    **dict.fromkeys(("UINT8", "UINT16", "UINT32"), "uint_contents"),
}


def add(tensors: Any, contents: Any, name: str, value: Value) -> None:  # noqa: ANN401 - made at run time
    """Add a tensor of one element to a message's tensors and to its raw contents."""
    datatype, raw = _raw(value)
    tensors.add(name=name, datatype=datatype, shape=[1])
    contents.append(raw)


def first_values(tensors: Any, contents: Any) -> Iterator[tuple[str, Value]]:  # noqa: ANN401 - as above
    """Yield each tensor's name and first element; those of other types, or of none, are left out.

    Raises InvalidMessageError where the contents are not those of the tensors.
    """
    if contents and len(contents) != len(tensors):
        raise InvalidMessageError(f"{len(tensors)} tensors, but {len(contents)} raw contents")
    for index, tensor in enumerate(tensors):
        if not contents:
            value = _first_typed(tensor.datatype, tensor.contents)
        elif tensor.HasField("contents"):
            wrong = f"contents field must not be specified when using raw ones for '{tensor.name}'"
            raise InvalidMessageError(wrong)
        else:
            value = _first_raw(tensor.datatype, contents[index])
        if value is not None:
            yield tensor.name, value


def _raw(value: Value) -> tuple[str, bytes]:
    """Return the type of a tensor of one element, and its bytes."""
    if isinstance(value, bytes):
        return "BYTES", len(value).to_bytes(4, "little") + value
    if isinstance(value, bool):
        return "BOOL", bytes([value])
    return "UINT32", value.to_bytes(4, "little")


def _first_raw(datatype: str, data: bytes) -> Value | None:
    if datatype == "BYTES":
        size = int.from_bytes(data[:4], "little")
        if len(data) < 4 + size:
            raise InvalidMessageError(f"a BYTES element of {size} in {len(data)} bytes")
        return data[4 : 4 + size]
    if datatype == "BOOL":
        return bool(data[:1].strip(b"\0"))
    size = _SIZES.get(datatype, 0)
    return int.from_bytes(data[:size], "little", signed=datatype[0] == "I") if size else None


def _first_typed(datatype: str, contents: Any) -> Value | None:  # noqa: ANN401 - as above
    values = getattr(contents, _TYPED[datatype]) if datatype in _TYPED else ()
    first: Value | None = next(iter(values), None)
    return first
