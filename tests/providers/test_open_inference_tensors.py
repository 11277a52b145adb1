from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.open_inference_messages import InvalidMessageError, message_class
from providers.open_inference_tensors import Value, add, first_values


def request(*raw: bytes, **tensor: object) -> Any:
    return message_class("ModelInferRequest")(inputs=[tensor], raw_input_contents=raw)


def values(message: Any) -> dict[str, Value]:
    return dict(first_values(message.inputs, message.raw_input_contents))


@given(st.binary(max_size=99) | st.booleans() | st.integers(0, 2**32 - 1))
def test_an_element_reads_back_as_what_it_was(value: Value) -> None:
    message = message_class("ModelInferRequest")()
    add(message.inputs, message.raw_input_contents, "x", value)
    read = values(message)["x"]
    assert read == value
    assert type(read) is type(value)


def test_text_stands_behind_its_length() -> None:
    message = message_class("ModelInferRequest")()
    add(message.inputs, message.raw_input_contents, "x", b"hi")
    assert message.raw_input_contents[0] == b"\2\0\0\0hi"
    assert (message.inputs[0].datatype, list(message.inputs[0].shape)) == ("BYTES", [1])


@pytest.mark.parametrize(
    ("datatype", "raw", "value"),
    [
        ("INT8", b"\xff", -1),
        ("UINT8", b"\xff", 255),
        ("INT16", b"\xfe\xff", -2),
        ("UINT64", b"\1\0\0\0\0\0\0\1", 2**56 + 1),
        ("BOOL", b"\0", False),
        ("BYTES", b"\1\0\0\0a\1\0\0\0b", b"a"),
    ],
)
def test_raw_elements_are_read_by_their_type(datatype: str, raw: bytes, value: Value) -> None:
    assert values(request(raw, name="x", datatype=datatype)) == {"x": value}


@pytest.mark.parametrize(
    ("datatype", "contents", "value"),
    [
        ("BYTES", {"bytes_contents": [b"a", b"b"]}, b"a"),
        ("BOOL", {"bool_contents": [True]}, True),
        ("INT32", {"int_contents": [-3]}, -3),
        ("INT64", {"int64_contents": [-3]}, -3),
        ("UINT32", {"uint_contents": [3]}, 3),
        ("UINT64", {"uint64_contents": [3]}, 3),
    ],
)
def test_typed_elements_are_read_by_their_type(
    datatype: str, contents: object, value: Value
) -> None:
    assert values(request(name="x", datatype=datatype, contents=contents)) == {"x": value}


@pytest.mark.parametrize(
    "tensor",
    [
        {"datatype": "FP32", "contents": {"fp32_contents": [1.0]}},
        {"datatype": "BYTES", "contents": {"int_contents": [1]}},
        {"datatype": "BYTES"},
        {"datatype": ""},
    ],
)
def test_what_is_of_another_type_is_left_out(tensor: dict[str, object]) -> None:
    assert values(request(name="x", **tensor)) == {}


def test_a_raw_float_is_left_out() -> None:
    assert values(request(b"\0\0\x80\x3f", name="x", datatype="FP32")) == {}


def test_text_that_is_shorter_than_it_says_is_refused() -> None:
    with pytest.raises(InvalidMessageError, match="of 9 in 5 bytes"):
        values(request(b"\x09\0\0\0a", name="x", datatype="BYTES"))


def test_raw_contents_are_of_every_tensor_or_of_none() -> None:
    with pytest.raises(InvalidMessageError, match="1 tensors, but 2 raw contents"):
        values(request(b"", b"", name="x", datatype="BOOL"))


def test_contents_are_raw_or_typed_but_not_both() -> None:
    both = request(b"\1", name="x", datatype="BOOL", contents={"bool_contents": [True]})
    with pytest.raises(InvalidMessageError, match="'x'"):
        values(both)
