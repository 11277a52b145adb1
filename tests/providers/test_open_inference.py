import json
from typing import Any

import pytest

from providers import open_inference
from providers.dialect import MalformedAnswerError, Question, Usage
from providers.open_inference import (
    FINISHED,
    NO_REASON_YET,
    InferRequest,
    Said,
    read_request,
    read_response,
    read_stream_response,
    response_bytes,
    stream_response_bytes,
)
from providers.open_inference_messages import InvalidMessageError, decoded, encoded
from tests.providers.asking_triton import QUESTION, asking

WHOLE = Said(
    model="m",
    text="hé",
    request_id="r",
    finish_reason="stop",
    output_tokens=3,
    prompt_tokens=2,
)
TEXT = {"name": "text_input", "datatype": "BYTES", "contents": {"bytes_contents": [b"hi"]}}


def typed(*inputs: object, **other: object) -> bytes:
    return encoded("ModelInferRequest", model_name="m", inputs=inputs, **other)


def sampling(parameters: bytes) -> dict[str, object]:
    contents = {"bytes_contents": [parameters]}
    return {"name": "sampling_parameters", "datatype": "BYTES", "contents": contents}


def limit(count: int) -> dict[str, object]:
    return {"name": "max_tokens", "datatype": "INT32", "contents": {"int_contents": [count]}}


def refused(data: bytes) -> str:
    with pytest.raises(InvalidMessageError) as raised:
        read_request(data)
    return str(raised.value)


def test_a_question_is_asked_as_the_vllm_backend_is() -> None:
    message = decoded("ModelInferRequest", asking(request_id="r"))
    given = dict(zip([one.name for one in message.inputs], message.raw_input_contents, strict=True))
    assert (message.model_name, message.id) == ("vllm_model", "r")
    assert given["text_input"] == b"\2\0\0\0hi"
    assert json.loads(given["sampling_parameters"][4:]) == {"max_tokens": 3}
    assert given["stream"] == given["exclude_input_in_output"] == b"\1"
    assert all(list(one.shape) == [1] for one in message.inputs)


def test_a_question_is_read_with_all_that_it_asks_for() -> None:
    expected = InferRequest(
        model="vllm_model",
        question=QUESTION,
        request_id="r",
        counts_tokens=True,
        tells_reason=True,
    )
    assert read_request(asking(request_id="r")) == expected


def test_typed_contents_ask_for_no_more_than_they_say() -> None:
    asked = read_request(typed(TEXT))
    assert asked == InferRequest(
        model="m", question=Question(prompt="hi", max_output_tokens=64, stream=False)
    )


@pytest.mark.parametrize(
    ("data", "tokens"),
    [
        (typed(TEXT, sampling(b'{"max_tokens": 5}')), 5),
        (typed(TEXT, sampling(b'{"max_tokens": "5"}')), 5),
        (typed(TEXT, sampling(b'{"max_tokens": null}')), 64),
        (typed(TEXT, sampling(b"{}"), limit(7)), 7),
        (typed(TEXT, limit(7)), 7),
        (typed(TEXT, parameters=[{"key": "max_tokens", "value": {"int64_param": 6}}]), 6),
        (typed(TEXT, parameters=[{"key": "max_tokens", "value": {"bool_param": True}}]), 64),
    ],
)
def test_a_limit_stands_in_several_places(data: bytes, tokens: int) -> None:
    assert read_request(data).question.max_output_tokens == tokens


@pytest.mark.parametrize(
    "parameters", [b"[]", b"{", b"\xff", b"[" * 10**5, b'{"max_tokens": 1e999}', b'"x"']
)
def test_sampling_parameters_that_are_none_are_refused(parameters: bytes) -> None:
    assert "sampling_parameters: " in refused(typed(TEXT, sampling(parameters)))


@pytest.mark.parametrize("count", [0, -1])
def test_a_limit_below_one_is_refused(count: int) -> None:
    assert f"max_tokens must be at least 1, got {count}." in refused(typed(TEXT, limit(count)))


def test_a_question_without_text_is_refused_in_the_servers_words() -> None:
    told = refused(typed(limit(3), id="r"))
    assert told.startswith("[request id: r] expected number of inputs between 1 and ")
    assert "Got input(s) ['max_tokens'], but missing required input(s) ['text_input']." in told
    assert refused(typed()).startswith("[request id: <id_unknown>] ")


def test_an_input_of_another_type_is_refused_in_the_servers_words() -> None:
    number = {"name": "text_input", "datatype": "INT32", "contents": {"int_contents": [1]}}
    assert refused(typed(number)).endswith(
        "inference input 'text_input' data-type is 'INT32', but model 'm' expects 'BYTES'"
    )


def test_bytes_that_are_no_request_are_refused_and_have_no_id() -> None:
    assert "no ModelInferRequest" in refused(b"\xff")
    assert open_inference.request_id(b"\xff") == ""
    assert open_inference.request_id(asking(request_id="r")) == "r"


def test_a_whole_answer_reads_back() -> None:
    read = read_response(response_bytes(WHOLE))
    assert (read.text, read.finish_reason, read.model) == ("hé", "stop", "m")
    assert read.usage == Usage(prompt_tokens=2, output_tokens=3)
    assert decoded("ModelInferResponse", response_bytes(WHOLE)).id == "r"


def test_what_was_not_asked_for_is_not_told() -> None:
    data = response_bytes(Said(model="m", text="x"))
    assert [one.name for one in decoded("ModelInferResponse", data).outputs] == ["text_output"]
    assert (read_response(data).finish_reason, read_response(data).usage) == (FINISHED, None)


def final(data: bytes) -> tuple[Any, ...]:
    message = decoded("ModelStreamInferResponse", data).infer_response
    return tuple((one.key, one.value.bool_param) for one in message.parameters)


def test_every_part_of_a_stream_says_whether_it_is_the_last() -> None:
    part = Said(model="m", text="0 ", finish_reason=NO_REASON_YET)
    data = stream_response_bytes(part, final=False)
    assert (read_stream_response(data).text, read_stream_response(data).finish_reason) == (
        "0 ",
        None,
    )
    assert final(data) == (("triton_final_response", False),)
    last = stream_response_bytes(WHOLE, final=True)
    assert read_stream_response(last).finish_reason == "stop"
    assert final(last) == (("triton_final_response", True),)
    unasked = stream_response_bytes(Said(model="m", text=""), final=True)
    assert read_stream_response(unasked).finish_reason == FINISHED


def test_a_whole_answer_within_a_stream_is_its_last_part() -> None:
    data = open_inference.as_stream_response(response_bytes(WHOLE))
    assert read_stream_response(data) == read_response(response_bytes(WHOLE))
    assert final(data) == (("triton_final_response", True),)


def test_an_error_within_a_stream_says_whose_it_is() -> None:
    data = open_inference.error_bytes("it broke", "r")
    error = read_stream_response(data).error
    assert error is not None
    assert (error.code, error.message) == ("error_message", "it broke")
    assert decoded("ModelStreamInferResponse", data).infer_response.id == "r"


@pytest.mark.parametrize("read", [read_response, read_stream_response])
def test_an_answer_that_is_none_is_malformed(read: Any) -> None:
    with pytest.raises(MalformedAnswerError, match="no Model"):
        read(b"\xff")


def test_text_that_is_a_number_is_malformed() -> None:
    output = {"name": "text_output", "datatype": "INT32", "contents": {"int_contents": [1]}}
    answer = {"outputs": [output]}
    with pytest.raises(MalformedAnswerError, match="'text_output'"):
        read_response(encoded("ModelInferResponse", **answer))
    with pytest.raises(MalformedAnswerError, match="'text_output'"):
        read_stream_response(encoded("ModelStreamInferResponse", infer_response=answer))
