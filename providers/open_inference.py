"""What is asked of a text model by the Open Inference Protocol v2, and what it says. Pure.

The tensors are those of Triton's vLLM backend (https://github.com/triton-inference-server/
vllm_backend). Tensors go "raw": little-endian, a BYTES element behind its length in 4 bytes; typed
`contents` are read as well. `num_output_tokens` counts the tokens of its own message.
"""

import json
from collections.abc import Iterator
from typing import Any, Final

import msgspec

from providers.dialect import Delta, MalformedAnswerError, ProviderError, Question, Usage
from providers.open_inference_messages import (
    InvalidMessageError,
    decoded,
    encoded,
    message_class,
)

SERVICE: Final = "inference.GRPCInferenceService"
INFER: Final = f"/{SERVICE}/ModelInfer"
STREAM_INFER: Final = f"/{SERVICE}/ModelStreamInfer"
DEFAULT_TOKENS: Final = 64

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
_TYPED: Final = (
    "bytes_contents",
    "bool_contents",
    "int_contents",
    "int64_contents",
    "uint_contents",
    "uint64_contents",
)

Value = bytes | bool | int
"""An element of a tensor."""


class InferRequest(msgspec.Struct, frozen=True, kw_only=True):
    """What a `ModelInferRequest` asks of a text model."""

    model: str
    question: Question
    counts_tokens: bool = False


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """What a `ModelInferResponse` of a text model says: one token of a stream, or all of it."""

    model: str
    text: str
    finish_reason: str | None = None
    output_tokens: int = 1
    prompt_tokens: int | None = None


def request_bytes(asked: InferRequest) -> bytes:
    """Write a question as Triton's vLLM backend is asked."""
    question = asked.question
    sampling = json.dumps({"max_tokens": question.max_output_tokens}).encode()
    message = message_class("ModelInferRequest")(model_name=asked.model)
    for name, value in (
        ("text_input", question.prompt.encode()),
        ("stream", question.stream),
        ("sampling_parameters", sampling),
        ("exclude_input_in_output", True),
        ("return_finish_reason", True),
        ("return_num_input_tokens", asked.counts_tokens),
        ("return_num_output_tokens", asked.counts_tokens),
    ):
        datatype, raw = _raw(value)
        message.inputs.add(name=name, datatype=datatype, shape=[1])
        message.raw_input_contents.append(raw)
    data: bytes = message.SerializeToString()
    return data


def read_request(data: bytes) -> InferRequest:
    """Read a question; raises InvalidMessageError."""
    message = decoded("ModelInferRequest", data)
    given = dict(_tensors(message.inputs, message.raw_input_contents))
    prompt = given.get("text_input")
    if not isinstance(prompt, bytes):
        raise InvalidMessageError("expected the input 'text_input' of type BYTES")
    question = Question(
        prompt=prompt.decode("utf-8", "replace"),
        max_output_tokens=_max_tokens(given),
        stream=bool(given.get("stream")),
    )
    counts = bool(given.get("return_num_output_tokens"))
    return InferRequest(model=message.model_name, question=question, counts_tokens=counts)


def response_bytes(said: Said, *, stream: bool) -> bytes:
    """Write an answer, or a part of one; `stream` is what `ModelStreamInfer` answers."""
    # "None" is how the backend writes that there is no reason yet.
    values: list[tuple[str, Value]] = [
        ("text_output", said.text.encode()),
        ("finish_reason", (said.finish_reason or "None").encode()),
    ]
    if said.prompt_tokens is not None:
        values.append(("num_input_tokens", said.prompt_tokens))
        values.append(("num_output_tokens", said.output_tokens))
    answer = message_class("ModelInferResponse")(model_name=said.model, model_version="1")
    for name, value in values:
        datatype, raw = _raw(value)
        answer.outputs.add(name=name, datatype=datatype, shape=[1])
        answer.raw_output_contents.append(raw)
    if stream:
        return encoded("ModelStreamInferResponse", infer_response=answer)
    data: bytes = answer.SerializeToString()
    return data


def error_bytes(message: str) -> bytes:
    """Write how `ModelStreamInfer` tells of an error without ending the stream."""
    return encoded("ModelStreamInferResponse", error_message=message)


def read_stream_response(data: bytes) -> Delta:
    """Read what one message of a stream says; raises MalformedAnswerError."""
    try:
        message = decoded("ModelStreamInferResponse", data)
        if message.error_message:
            error = ProviderError(code="error_message", message=message.error_message)
            return Delta(error=error)
        return _delta(message.infer_response)
    except InvalidMessageError as error:
        raise MalformedAnswerError(str(error)) from error


def read_response(data: bytes) -> Delta:
    """Read a whole answer; raises MalformedAnswerError."""
    try:
        return _delta(decoded("ModelInferResponse", data))
    except InvalidMessageError as error:
        raise MalformedAnswerError(str(error)) from error


def _delta(message: Any) -> Delta:  # noqa: ANN401 - made at run time
    given = dict(_tensors(message.outputs, message.raw_output_contents))
    text, reason = given.get("text_output", b""), given.get("finish_reason", b"None")
    if not isinstance(text, bytes) or not isinstance(reason, bytes):
        raise InvalidMessageError("'text_output' and 'finish_reason' are of type BYTES")
    prompt, output = given.get("num_input_tokens"), given.get("num_output_tokens")
    usage = None
    if isinstance(prompt, int) and isinstance(output, int):
        usage = Usage(prompt_tokens=prompt, output_tokens=output)
    finish = reason.decode("utf-8", "replace")
    return Delta(
        text=text.decode("utf-8", "replace"),
        finish_reason=None if finish in ("None", "") else finish,
        usage=usage,
        model=message.model_name or None,
    )


def _max_tokens(given: dict[str, Value]) -> int:
    sampling, plain = given.get("sampling_parameters"), given.get("max_tokens", DEFAULT_TOKENS)
    if isinstance(sampling, bytes):
        try:
            # Values may be text there, as the backend's own examples have them.
            plain = int(json.loads(sampling).get("max_tokens", plain))
        except (ValueError, TypeError, AttributeError, RecursionError, OverflowError) as error:
            raise InvalidMessageError(f"sampling_parameters: {error}") from error
    if not isinstance(plain, int) or plain < 1:
        raise InvalidMessageError(f"max_tokens must be a number of at least 1, got {plain!r}")
    return plain


def _raw(value: Value) -> tuple[str, bytes]:
    """Return a tensor of one element: its type and its bytes."""
    if isinstance(value, bytes):
        return "BYTES", len(value).to_bytes(4, "little") + value
    if isinstance(value, bool):
        return "BOOL", bytes([value])
    return "UINT32", value.to_bytes(4, "little")


def _tensors(tensors: Any, raw: Any) -> Iterator[tuple[str, Value]]:  # noqa: ANN401 - as above
    """Yield each tensor's name and first element; those of other types are left out."""
    for index, tensor in enumerate(tensors):
        if index < len(raw):
            value = _first_raw(tensor.datatype, raw[index])
        else:
            value = _first_typed(tensor.contents)
        if value is not None:
            yield tensor.name, value


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


def _first_typed(contents: Any) -> Value | None:  # noqa: ANN401 - as above
    values = (value for name in _TYPED for value in getattr(contents, name))
    first: Value | None = next(values, None)
    return first
