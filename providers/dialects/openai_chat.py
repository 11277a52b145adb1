"""OpenAI's own chat completions, which most gateways speak to their clients.

Source: https://platform.openai.com/docs/api-reference/chat. What gateways add (further keys, error
events as strings, `[DONE]` behind an error) is read as the official SDK reads it.
"""

from collections.abc import Iterable, Mapping, Sequence
from email.utils import formatdate
from typing import ClassVar
from urllib.parse import urlsplit

import msgspec

from providers import chat_completions
from providers.dialect import (
    Answer,
    Asked,
    Delta,
    Dialect,
    HttpAnswer,
    HttpRequest,
    ProviderError,
    Question,
)
from providers.openai_errors import OVERLOADED, TOO_LONG, error_answer
from providers.retry_after import retry_after_s

_PATH = "/chat/completions"
_DEFAULT_BASE = "/v1"


class OpenAIChat(Dialect, frozen=True, kw_only=True):
    """OpenAI chat completions, as a gateway's client asks for them, and as OpenAI answers.

    `model` is what is asked for: behind a gateway, its name for a group of deployments. The base
    URL's path is kept; without one it is `/v1`. A stand-in takes any model name under either path.
    """

    name: ClassVar[str] = "openai-chat"
    provider: ClassVar[str] = "openai"
    credential_variable: ClassVar[str] = "OPENAI_API_KEY"

    overloaded_message: ClassVar[str] = OVERLOADED

    model: str = "gpt-4o"

    def request(self, question: Question, base_path: str, credential: str) -> HttpRequest:
        """Write the request; a streamed answer is asked to end with its usage."""
        body: dict[str, object] = {
            "model": self.model,
            "messages": [{"role": "user", "content": question.prompt}],
            "max_tokens": question.max_output_tokens,
        }
        if question.stream:
            body |= {"stream": True, "stream_options": {"include_usage": True}}
        return HttpRequest(
            method="POST",
            target=(base_path.rstrip("/") or _DEFAULT_BASE) + _PATH,
            headers=(
                ("Authorization", f"Bearer {credential}"),
                ("Content-Type", "application/json"),
            ),
            body=msgspec.json.encode(body),
        )

    def read_event(self, data: bytes) -> Delta:
        """Read the data of one event; `[DONE]` says nothing."""
        return chat_completions.read_event(data)

    def read_body(self, body: bytes) -> Delta:
        """Read a whole non-streamed 200 answer."""
        return chat_completions.read_completion(body)

    def read_error(self, status: int, headers: Mapping[str, str], body: bytes) -> ProviderError:
        """Read a refusal; a body of another shape becomes its own message."""
        return chat_completions.read_error(status, body, retry_after_s(headers))

    def asked(self, request: HttpRequest) -> Asked | HttpAnswer:
        """Understand a request as the provider would: credential, path, body, model."""
        if not _shows_credential(request):
            return self.refusal(401)
        path = urlsplit(request.target).path
        if request.method != "POST" or not path.endswith(_PATH):
            return error_answer(404, message=f"Invalid URL ({request.method} {path})", code="")
        try:
            body = chat_completions.read_request(request.body)
        except chat_completions.InvalidBodyError as wrong:
            return error_answer(400, message=str(wrong))
        return chat_completions.asked(body)

    def head(self, answer: Answer, *, stream: bool) -> tuple[tuple[str, str], ...]:
        """Return the headers of a 200 answer."""
        kind = "text/event-stream; charset=utf-8" if stream else "application/json"
        return (
            ("Content-Type", kind),
            ("Date", formatdate(answer.created_s, usegmt=True)),
            ("X-Request-Id", f"req_{answer.response_id}"),
            ("Openai-Processing-Ms", "0"),
            *_rate_limits(answer),
        )

    def opening(self, answer: Answer) -> Sequence[bytes]:
        """Return the role."""
        role = {"role": "assistant", "content": "", "refusal": None}
        return (self._chunk(answer, [_choice(role)]),)

    def token(self, answer: Answer, text: str) -> bytes:
        """Return the event that carries one token's text."""
        return self._chunk(answer, [_choice({"content": text})])

    def closing(self, answer: Answer) -> Sequence[bytes]:
        """Return the finish, the usage where it was asked for, and `[DONE]`."""
        finish = self._chunk(answer, [_choice({}, "stop")])
        usage = self._chunk(answer, [], _usage(answer)) if answer.include_usage else b""
        return tuple(event for event in (finish, usage, b"data: [DONE]\n\n") if event)

    def body(self, answer: Answer, texts: Iterable[str]) -> bytes:
        """Return the whole body of a non-streamed answer."""
        said = {"role": "assistant", "content": "".join(texts), "refusal": None}
        choice = {"index": 0, "message": said, "logprobs": None, "finish_reason": "stop"}
        whole = {**self._frame(answer, "chat.completion", [choice]), "usage": _usage(answer)}
        return msgspec.json.encode(whole)

    def refusal(
        self,
        status: int,
        *,
        retry_after_s: float | None = None,
        message: str | None = None,
        exhausted: str = "",
        asked: Asked | None = None,  # noqa: ARG002 - refuses all alike
    ) -> HttpAnswer:
        """Return OpenAI's own error answer."""
        return error_answer(
            status, retry_after_s=retry_after_s, message=message, exhausted=exhausted
        )

    def credential_expired(self) -> HttpAnswer:
        """Return the 401 of a key that is no longer good."""
        return error_answer(401, message="Your API key has expired.", code="invalid_api_key")

    def prompt_too_long(self) -> HttpAnswer:
        """Return the 400 whose code is `context_length_exceeded`."""
        return error_answer(400, message=TOO_LONG, code="context_length_exceeded")

    def prompt_refused(self) -> HttpAnswer | None:
        """Return the 400 of OpenAI's safety system."""
        caught = "Your request was rejected as a result of our safety system."
        return error_answer(400, message=caught, code="content_policy_violation")

    def error_event(self, status: int, *, message: str | None = None) -> bytes:
        """Return a refusal's body as an event."""
        return b"data: " + self.refusal(status, message=message).body + b"\n\n"

    def empty_stream(self, answer: Answer) -> Sequence[bytes]:
        """Return the role, the finish, and `[DONE]`."""
        return (*self.opening(answer), *self.closing(answer))

    def empty_body(self, answer: Answer) -> bytes:
        """Return a completion whose one message is empty."""
        return self.body(answer, ())

    def _chunk(
        self, answer: Answer, choices: list[object], usage: dict[str, int] | None = None
    ) -> bytes:
        frame = self._frame(answer, "chat.completion.chunk", choices)
        if answer.include_usage:
            frame["usage"] = usage
        return b"data: " + msgspec.json.encode(frame) + b"\n\n"

    def _frame(self, answer: Answer, kind: str, choices: list[object]) -> dict[str, object]:
        return {
            "id": f"chatcmpl-{answer.response_id}",
            "object": kind,
            "created": answer.created_s,
            "model": self.model,
            "system_fingerprint": "fp_crosswind",
            "choices": choices,
        }


def _shows_credential(request: HttpRequest) -> bool:
    headers = {name.lower(): value for name, value in request.headers}
    scheme, _, token = headers.get("authorization", "").partition(" ")
    return scheme.lower() == "bearer" and bool(token.strip())


def _choice(delta: Mapping[str, object], finish: str | None = None) -> dict[str, object]:
    return {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}


def _usage(answer: Answer) -> dict[str, int]:
    return {
        "prompt_tokens": answer.prompt_tokens,
        "completion_tokens": answer.output_tokens,
        "total_tokens": answer.prompt_tokens + answer.output_tokens,
    }


def _rate_limits(answer: Answer) -> tuple[tuple[str, str], ...]:
    known = (
        ("X-Ratelimit-Limit-Requests", answer.limit_requests),
        ("X-Ratelimit-Remaining-Requests", answer.remaining_requests),
        ("X-Ratelimit-Limit-Tokens", answer.limit_tokens),
        ("X-Ratelimit-Remaining-Tokens", answer.remaining_tokens),
    )
    return tuple((name, str(value)) for name, value in known if value is not None)
