import pytest

from telemetry.collecting.refusal import RefusedError
from telemetry.collecting.wire import messages


def fields(data: bytes) -> list[tuple[int, bytes]]:
    return [(number, bytes(part)) for number, part in messages(memoryview(data))]


def test_messages_are_found_between_fields_of_other_types() -> None:
    varint, fixed64, fixed32 = b"\x08\x96\x01", b"\x11" + bytes(8), b"\x1d" + bytes(4)
    assert fields(varint + b"\x0a\x02hi" + fixed64 + fixed32 + b"\xfa\x01\x01!") == [
        (1, b"hi"),
        (31, b"!"),
    ]


@pytest.mark.parametrize(
    "data",
    [b"\x0a", b"\x0a\x05hi", b"\x11\x00", b"\x0b", b"\x0f", b"\xff" * 20, b"\x0a" + b"\xff" * 11],
)
def test_what_is_no_message_is_refused(data: bytes) -> None:
    with pytest.raises(RefusedError) as raised:
        fields(data)
    assert raised.value.status == 400
