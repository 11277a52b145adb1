import pytest

from providers.open_inference_messages import (
    InvalidMessageError,
    decoded,
    encoded,
    message_class,
)


def test_a_message_is_the_bytes_that_the_protocol_says() -> None:
    assert encoded("ServerLiveResponse", live=True) == b"\x08\x01"
    assert encoded("ModelReadyRequest", name="m", version="2") == b"\x0a\x01m\x12\x012"


def test_a_tensor_is_the_bytes_that_the_protocol_says() -> None:
    tensor = {"name": "a", "datatype": "BOOL", "shape": [1]}
    written = encoded("ModelInferRequest", id="i", inputs=[tensor], raw_input_contents=[b"\1"])
    assert written == b"\x1a\x01i" + b"\x2a\x0c\x0a\x01a\x12\x04BOOL\x1a\x01\x01" + b"\x3a\x01\1"


def test_a_parameter_is_an_entry_of_a_map() -> None:
    entry = {"key": "k", "value": {"bool_param": False}}
    written = encoded("ModelInferResponse", parameters=[entry])
    assert written == b"\x22\x07\x0a\x01k\x12\x02\x08\x00"


def test_a_parameter_is_one_of_several() -> None:
    parameter = message_class("InferParameter")(bool_param=True)
    parameter.string_param = "text"
    assert not parameter.HasField("bool_param")
    assert parameter.WhichOneof("parameter_choice") == "string_param"


def test_a_message_reads_back() -> None:
    tensor = {"name": "a", "contents": {"fp32_contents": [0.5], "bytes_contents": [b"x"]}}
    outer = encoded("ModelStreamInferResponse", infer_response={"outputs": [tensor]})
    (read,) = decoded("ModelStreamInferResponse", outer).infer_response.outputs
    assert (read.name, list(read.contents.bytes_contents)) == ("a", [b"x"])


def test_what_is_no_message_says_which_it_is_not() -> None:
    with pytest.raises(InvalidMessageError, match="no ModelInferRequest"):
        decoded("ModelInferRequest", b"\xff\xff")


def test_a_class_is_made_once() -> None:
    assert message_class("ModelInferRequest") is message_class("ModelInferRequest")
