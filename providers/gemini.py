"""The Gemini `generateContent` format: reading it, from both ends.

Source: https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/inference. As all of
Google's JSON, requests may name fields in camel or snake case and give one for a list of one.
Unknown fields are passed over; a known field of another type is a malformed answer, or a request
to be refused.
"""

from typing import Annotated, TypeVar

import msgspec
from msgspec import field

from providers.dialect import Asked, Delta, MalformedAnswerError, Question, Usage
from providers.google_rpc import Status, provider_error
from telemetry.not_json import NOT_JSON

DEFAULT_MAX_OUTPUT_TOKENS = 64
_FILTERED = frozenset(
    {"SAFETY", "RECITATION", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "IMAGE_SAFETY"}
)
_NO_CONTENTS = "Unable to submit request because at least one contents field is required."

T = TypeVar("T")


class InvalidBodyError(ValueError):
    """A request's body that the provider would refuse with a 400."""


class _Part(msgspec.Struct, frozen=True):
    text: str | None = None
    thought: bool = False


class _Content(msgspec.Struct, frozen=True):
    parts: list[_Part] | _Part = []


class _Candidate(msgspec.Struct, frozen=True, rename="camel"):
    content: _Content | None = None
    finish_reason: str | None = None


class _Usage(msgspec.Struct, frozen=True, rename="camel"):
    prompt_token_count: int | None = None
    candidates_token_count: int | None = None
    thoughts_token_count: int = 0


class _Feedback(msgspec.Struct, frozen=True, rename="camel"):
    block_reason: str | None = None


class _Said(msgspec.Struct, frozen=True, rename="camel"):
    candidates: list[_Candidate] | None = None
    prompt_feedback: _Feedback | None = None
    usage_metadata: _Usage | None = None
    model_version: str | None = None
    error: Status | None = None


_Limit = Annotated[int, msgspec.Meta(ge=1)]


class _Generation(msgspec.Struct, frozen=True):
    max_output_tokens: _Limit | None = field(default=None, name="maxOutputTokens")
    max_output_tokens_snake: _Limit | None = field(default=None, name="max_output_tokens")


class _Body(msgspec.Struct, frozen=True):
    contents: list[_Content] | _Content = []
    generation: _Generation | None = field(default=None, name="generationConfig")
    generation_snake: _Generation | None = field(default=None, name="generation_config")
    system: _Content | None = field(default=None, name="systemInstruction")
    system_snake: _Content | None = field(default=None, name="system_instruction")


_SAID = msgspec.json.Decoder(_Said)
_ALL_SAID: msgspec.json.Decoder[_Said | list[_Said]] = msgspec.json.Decoder(_Said | list[_Said])
_BODY = msgspec.json.Decoder(_Body)


def read_event(data: bytes) -> Delta:
    """Read the data of one event; raises MalformedAnswerError."""
    try:
        return _delta(_SAID.decode(data))
    except NOT_JSON as wrong:
        raise MalformedAnswerError(f"not a GenerateContentResponse: {wrong}") from wrong


def read_body(body: bytes) -> Delta:
    """Read a whole answer, or the array that a stream without `alt=sse` is."""
    try:
        said = _ALL_SAID.decode(body)
    except NOT_JSON as wrong:
        raise MalformedAnswerError(f"not a GenerateContentResponse: {wrong}") from wrong
    return _joined([_delta(one) for one in said]) if isinstance(said, list) else _delta(said)


def asked(body: bytes, *, stream: bool, server_sent: bool) -> Asked:
    """Return the question in a request; raises InvalidBodyError in the words of the provider.

    The prompt is the text of the system instruction and all contents, put together.
    """
    try:
        read = _BODY.decode(body)
    except msgspec.ValidationError as wrong:
        raise InvalidBodyError(f"Invalid value: {wrong}") from wrong
    except NOT_JSON as wrong:
        raise InvalidBodyError("Invalid JSON payload received. Unexpected token.") from wrong
    contents = _listed(read.contents)
    if not contents:
        raise InvalidBodyError(_NO_CONTENTS)
    system = read.system or read.system_snake
    prompt = "".join(_text(content) for content in [system, *contents] if content is not None)
    question = Question(prompt=prompt, max_output_tokens=_limit(read), stream=stream)
    return Asked(question=question, include_usage=True, server_sent=server_sent)


def _limit(body: _Body) -> int:
    generation = body.generation or body.generation_snake or _Generation()
    limit = generation.max_output_tokens or generation.max_output_tokens_snake
    return limit or DEFAULT_MAX_OUTPUT_TOKENS


def _delta(said: _Said) -> Delta:
    if said.error is not None:
        return Delta(error=provider_error(said.error, "error"))
    if said.candidates is None and said.prompt_feedback is None and said.usage_metadata is None:
        raise MalformedAnswerError("not a GenerateContentResponse: it says nothing")
    candidates = said.candidates or []
    finish = next((one.finish_reason for one in candidates if one.finish_reason), None)
    blocked = said.prompt_feedback is not None and bool(said.prompt_feedback.block_reason)
    return Delta(
        text="".join(_text(one.content) for one in candidates if one.content is not None),
        finish_reason=finish,
        usage=_usage(said.usage_metadata),
        model=said.model_version,
        content_filtered=blocked or finish in _FILTERED,
    )


def _usage(said: _Usage | None) -> Usage | None:
    if said is None or said.candidates_token_count is None:
        return None
    return Usage(
        prompt_tokens=said.prompt_token_count or 0,
        output_tokens=said.candidates_token_count + said.thoughts_token_count,
    )


def _joined(deltas: list[Delta]) -> Delta:
    if not deltas:
        raise MalformedAnswerError("not a GenerateContentResponse: an empty array")
    return Delta(
        text="".join(delta.text for delta in deltas),
        finish_reason=_last([delta.finish_reason for delta in deltas]),
        usage=_last([delta.usage for delta in deltas]),
        error=_last([delta.error for delta in deltas]),
        model=_last([delta.model for delta in deltas]),
        content_filtered=any(delta.content_filtered for delta in deltas),
    )


def _last(values: list[T | None]) -> T | None:
    return next((value for value in reversed(values) if value is not None), None)


def _text(content: _Content) -> str:
    return "".join(part.text or "" for part in _listed(content.parts) if not part.thought)


def _listed(value: list[T] | T) -> list[T]:
    return value if isinstance(value, list) else [value]
