"""The chat completions format that OpenAI began and Azure speaks: reading it, from both ends.

Source: https://platform.openai.com/docs/api-reference/chat. Unknown fields are passed over, as
SDKs do; a known field of another type is a malformed answer, or a request to be refused.
"""

from typing import Annotated

import msgspec

from providers.dialect import Asked, Delta, MalformedAnswerError, ProviderError, Question, Usage
from telemetry.not_json import NOT_JSON

DEFAULT_MAX_OUTPUT_TOKENS = 64
FILTERED = "content_filter"
_DONE = b"[DONE]"


class InvalidBodyError(ValueError):
    """A request's body that the provider would refuse with a 400."""


class _Error(msgspec.Struct, frozen=True):
    code: str | int | None = None
    message: str | None = None


class _Text(msgspec.Struct, frozen=True):
    content: str | None = None


class _Choice(msgspec.Struct, frozen=True):
    delta: _Text | None = None
    message: _Text | None = None
    finish_reason: str | None = None


class _Usage(msgspec.Struct, frozen=True):
    prompt_tokens: int = 0
    completion_tokens: int = 0


class _Said(msgspec.Struct, frozen=True):
    choices: list[_Choice] | None = None
    error: _Error | str | None = None
    usage: _Usage | None = None
    model: str | None = None


class _Part(msgspec.Struct, frozen=True):
    text: str | None = None


class _Message(msgspec.Struct, frozen=True):
    role: str
    content: str | list[_Part] | None = None


class _StreamOptions(msgspec.Struct, frozen=True):
    include_usage: bool = False


_Limit = Annotated[int, msgspec.Meta(ge=1)]


class Body(msgspec.Struct, frozen=True):
    """What a request's body asks for, as far as a stand-in cares."""

    messages: Annotated[list[_Message], msgspec.Meta(min_length=1)]
    model: str | None = None
    max_tokens: _Limit | None = None
    max_completion_tokens: _Limit | None = None
    stream: bool | None = None
    stream_options: _StreamOptions | None = None


_SAID = msgspec.json.Decoder(_Said)
_BODY = msgspec.json.Decoder(Body)


def read_event(data: bytes) -> Delta:
    """Read the data of one event; `[DONE]` says nothing. Raises MalformedAnswerError."""
    return Delta() if data.strip() == _DONE else read_completion(data)


def read_completion(data: bytes) -> Delta:
    """Read a chunk or a whole answer; raises MalformedAnswerError."""
    try:
        said = _SAID.decode(data)
    except NOT_JSON as wrong:
        raise MalformedAnswerError(f"not a chat completion: {wrong}") from wrong
    if said.error is not None:
        error = _provider_error(said.error, "error", None)
        return Delta(error=error, content_filtered=error.content_filtered)
    if said.choices is None:
        raise MalformedAnswerError("not a chat completion: neither choices nor error")
    finish = next((choice.finish_reason for choice in said.choices if choice.finish_reason), None)
    return Delta(
        text="".join(map(_text, said.choices)),
        finish_reason=finish,
        usage=None if said.usage is None else _read_usage(said.usage),
        model=said.model or None,
        content_filtered=finish == FILTERED,
    )


def read_error(status: int, body: bytes, wait_s: float | None) -> ProviderError:
    """Read a refusal; a body of another shape becomes its own message."""
    try:
        error = _SAID.decode(body).error
    except NOT_JSON:
        error = None
    if error is None:
        error = body.decode("utf-8", "replace")
    return _provider_error(error, str(status), wait_s)


def read_request(body: bytes) -> Body:
    """Read what a request asks for; raises InvalidBodyError in the words of the provider."""
    try:
        return _BODY.decode(body)
    except msgspec.ValidationError as wrong:
        raise InvalidBodyError(str(wrong)) from wrong
    except NOT_JSON as wrong:
        raise InvalidBodyError("We could not parse the JSON body of your request.") from wrong


def asked(body: Body) -> Asked:
    """Return the question in a request; its prompt is the text of all messages, put together."""
    limit = body.max_completion_tokens or body.max_tokens or DEFAULT_MAX_OUTPUT_TOKENS
    prompt = "".join(_prompt(message.content) for message in body.messages)
    options = body.stream_options
    return Asked(
        question=Question(prompt=prompt, max_output_tokens=limit, stream=bool(body.stream)),
        include_usage=options is not None and options.include_usage,
    )


def _text(choice: _Choice) -> str:
    said = choice.delta or choice.message
    return (said.content or "") if said is not None else ""


def _read_usage(usage: _Usage) -> Usage:
    return Usage(prompt_tokens=usage.prompt_tokens, output_tokens=usage.completion_tokens)


def _provider_error(error: _Error | str, fallback: str, wait_s: float | None) -> ProviderError:
    if isinstance(error, str):
        return ProviderError(code=fallback, message=error, retry_after_s=wait_s)
    code = fallback if error.code is None else str(error.code)
    return ProviderError(
        code=code,
        message=error.message or "",
        retry_after_s=wait_s,
        content_filtered=code == FILTERED,
    )


def _prompt(content: str | list[_Part] | None) -> str:
    if isinstance(content, list):
        return "".join(part.text or "" for part in content)
    return content or ""
