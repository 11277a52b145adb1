"""What is asked of a text model by the Open Inference Protocol v2, and what it says. Pure.

The tensors are those of Triton's vLLM backend: which there are, and that an output comes only to
who asks for it (https://github.com/triton-inference-server/vllm_backend, `src/model.py` and
`src/utils/request.py`). `num_output_tokens` counts the tokens of its own message. What is wrong is
told in Triton's words (https://github.com/triton-inference-server/core, `src/infer_request.cc`).
"""

import json
from typing import Any, Final

import msgspec

from providers.dialect import Delta, MalformedAnswerError, ProviderError, Question, Usage
from providers.open_inference_messages import (
    InvalidMessageError,
    decoded,
    encoded,
    message_class,
)
from providers.open_inference_tensors import Value, add, first_values

SERVICE: Final = "inference.GRPCInferenceService"
INFER: Final = f"/{SERVICE}/ModelInfer"
STREAM_INFER: Final = f"/{SERVICE}/ModelStreamInfer"
DEFAULT_TOKENS: Final = 64
FINAL: Final = "triton_final_response"
FINISHED: Final = "finished"
"""The reason of an answer that says that it is over and, unasked, not why."""

NO_REASON_YET: Final = "None"
"""How the backend writes that there is no finish reason yet."""

INPUTS: Final = {
    "text_input": "BYTES",
    "stream": "BOOL",
    "sampling_parameters": "BYTES",
    "exclude_input_in_output": "BOOL",
    "return_finish_reason": "BOOL",
    "return_num_input_tokens": "BOOL",
    "return_num_output_tokens": "BOOL",
}
"""The inputs that are looked at, and their types."""

OUTPUTS: Final = {
    "text_output": "BYTES",
    "finish_reason": "BYTES",
    "num_input_tokens": "UINT32",
    "num_output_tokens": "UINT32",
}


class InferRequest(msgspec.Struct, frozen=True, kw_only=True):
    """What a `ModelInferRequest` asks of a text model; `request_id` comes back with the answer."""

    model: str
    question: Question
    request_id: str = ""
    counts_tokens: bool = False
    tells_reason: bool = False


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """What a `ModelInferResponse` of a text model says: one token of a stream, or all of it.

    Without a `finish_reason`, or without `prompt_tokens`, the client did not ask for them.
    """

    model: str
    text: str
    request_id: str = ""
    finish_reason: str = ""
    output_tokens: int = 1
    prompt_tokens: int | None = None


def request_bytes(asked: InferRequest) -> bytes:
    """Write a question as Triton's vLLM backend is asked."""
    question = asked.question
    sampling = json.dumps({"max_tokens": question.max_output_tokens}).encode()
    message = message_class("ModelInferRequest")(model_name=asked.model, id=asked.request_id)
    for name, value in (
        ("text_input", question.prompt.encode()),
        ("stream", question.stream),
        ("sampling_parameters", sampling),
        ("exclude_input_in_output", True),
        ("return_finish_reason", asked.tells_reason),
        ("return_num_input_tokens", asked.counts_tokens),
        ("return_num_output_tokens", asked.counts_tokens),
    ):
        add(message.inputs, message.raw_input_contents, name, value)
    data: bytes = message.SerializeToString()
    return data


def read_request(data: bytes) -> InferRequest:
    """Read a question; raises InvalidMessageError."""
    message = decoded("ModelInferRequest", data)
    try:
        given = _inputs(message)
        max_tokens = _max_tokens(given, message.parameters)
    except InvalidMessageError as wrong:
        raise InvalidMessageError(in_log(message.id, str(wrong))) from wrong
    question = Question(
        prompt=given["text_input"].decode("utf-8", "replace"),
        max_output_tokens=max_tokens,
        stream=bool(given.get("stream")),
    )
    return InferRequest(
        model=message.model_name,
        question=question,
        request_id=message.id,
        counts_tokens=bool(given.get("return_num_output_tokens")),
        tells_reason=bool(given.get("return_finish_reason")),
    )


def request_id(data: bytes) -> str:
    """Return what a request calls itself, as far as it can be read."""
    try:
        told: str = decoded("ModelInferRequest", data).id
    except InvalidMessageError:
        return ""
    return told


def in_log(request: str, words: str) -> str:
    """Return words as Triton's errors begin."""
    return f"[request id: {request or '<id_unknown>'}] {words}"


def response_bytes(said: Said) -> bytes:
    """Write the whole answer of `ModelInfer`."""
    data: bytes = _response(said).SerializeToString()
    return data


def stream_response_bytes(said: Said, *, final: bool) -> bytes:
    """Write an answer of `ModelStreamInfer`, or a part of one; each says whether it is the last.

    Source: `ModelStreamInferHandler` in https://github.com/triton-inference-server/server,
    `src/grpc/stream_infer_handler.cc`.
    """
    answer = _response(said)
    answer.parameters.add(key=FINAL, value={"bool_param": final})
    return encoded("ModelStreamInferResponse", infer_response=answer)


def as_stream_response(data: bytes) -> bytes:
    """Write a whole answer as `ModelStreamInfer` gives it to who asks for no stream."""
    answer = decoded("ModelInferResponse", data)
    answer.parameters.add(key=FINAL, value={"bool_param": True})
    return encoded("ModelStreamInferResponse", infer_response=answer)


def error_bytes(message: str, request: str = "") -> bytes:
    """Write how `ModelStreamInfer` tells of an error without ending the stream."""
    return encoded(
        "ModelStreamInferResponse", error_message=message, infer_response={"id": request}
    )


def read_stream_response(data: bytes) -> Delta:
    """Read what one message of a stream says; raises MalformedAnswerError."""
    try:
        message = decoded("ModelStreamInferResponse", data)
        if message.error_message:
            error = ProviderError(code="error_message", message=message.error_message)
            return Delta(error=error)
        final = any(
            one.key == FINAL and one.value.bool_param for one in message.infer_response.parameters
        )
        return _delta(message.infer_response, final=final)
    except InvalidMessageError as error:
        raise MalformedAnswerError(str(error)) from error


def read_response(data: bytes) -> Delta:
    """Read a whole answer; raises MalformedAnswerError."""
    try:
        message = decoded("ModelInferResponse", data)
        told = any(tensor.name == "finish_reason" for tensor in message.outputs)
        return _delta(message, final=not told)
    except InvalidMessageError as error:
        raise MalformedAnswerError(str(error)) from error


def _response(said: Said) -> Any:  # noqa: ANN401 - made at run time
    values: list[tuple[str, Value]] = [("text_output", said.text.encode())]
    if said.finish_reason:
        values.append(("finish_reason", said.finish_reason.encode()))
    if said.prompt_tokens is not None:
        values.append(("num_input_tokens", said.prompt_tokens))
        values.append(("num_output_tokens", said.output_tokens))
    answer = message_class("ModelInferResponse")(
        model_name=said.model, model_version="1", id=said.request_id
    )
    for name, value in values:
        add(answer.outputs, answer.raw_output_contents, name, value)
    return answer


def _delta(message: Any, *, final: bool) -> Delta:  # noqa: ANN401 - as above
    """Read one part; `final`: it is the last, whether or not it says why."""
    given = dict(first_values(message.outputs, message.raw_output_contents))
    text, reason = given.get("text_output", b""), given.get("finish_reason", b"")
    if not isinstance(text, bytes) or not isinstance(reason, bytes):
        raise InvalidMessageError("'text_output' and 'finish_reason' are of type BYTES")
    prompt, output = given.get("num_input_tokens"), given.get("num_output_tokens")
    usage = None
    if isinstance(prompt, int) and isinstance(output, int):
        usage = Usage(prompt_tokens=prompt, output_tokens=output)
    finish = reason.decode("utf-8", "replace")
    told = "" if finish == NO_REASON_YET else finish
    return Delta(
        text=text.decode("utf-8", "replace"),
        finish_reason=told or (FINISHED if final else None),
        usage=usage,
        model=message.model_name or None,
    )


def _inputs(message: Any) -> dict[str, Any]:  # noqa: ANN401 - as above
    """Return the inputs by name, those in `INPUTS` of the types that they are of there."""
    names = [tensor.name for tensor in message.inputs]
    for tensor in message.inputs:
        expected = INPUTS.get(tensor.name, tensor.datatype)
        if tensor.datatype != expected:
            raise InvalidMessageError(
                f"inference input '{tensor.name}' data-type is '{tensor.datatype}', "
                f"but model '{message.model_name}' expects '{expected}'"
            )
    given = dict(first_values(message.inputs, message.raw_input_contents))
    if "text_input" not in given:
        got = ",".join(f"'{name}'" for name in names)
        raise InvalidMessageError(
            f"expected number of inputs between 1 and {len(INPUTS)} but got {len(names)} inputs "
            f"for model '{message.model_name}'. Got input(s) [{got}], but missing required "
            "input(s) ['text_input']. Please provide all required input(s)."
        )
    return given


def _max_tokens(given: dict[str, Value], parameters: Any) -> int:  # noqa: ANN401 - as above
    """Return the limit of an answer: of `sampling_parameters`, else of an input or a parameter."""
    plain: Value = given.get("max_tokens", DEFAULT_TOKENS)
    sampling = given.get("sampling_parameters")
    for parameter in parameters:
        if parameter.key == "max_tokens" and parameter.value.HasField("int64_param"):
            plain = parameter.value.int64_param
    if isinstance(sampling, bytes):
        try:
            # Values may be text there, as the backend's own examples have them.
            told = json.loads(sampling).get("max_tokens")
            plain = plain if told is None else int(told)
        except (ValueError, TypeError, AttributeError, RecursionError, OverflowError) as error:
            raise InvalidMessageError(f"sampling_parameters: {error}") from error
    if not isinstance(plain, int) or plain < 1:
        raise InvalidMessageError(f"max_tokens must be at least 1, got {plain!r}.")
    return plain
