"""Azure OpenAI, chat completions: the deployment's URL with an api-version, and `/openai/v1/`.

Sources: Microsoft's REST reference; recorded answers in public gateway test suites; what the
official SDK sends and reads. `docs/dialects.md` tells what rests on which.
"""

import hashlib
import uuid
from collections.abc import Iterable, Mapping, Sequence
from email.utils import formatdate
from typing import ClassVar, Literal
from urllib.parse import SplitResult, parse_qs, quote, unquote, urlsplit

import msgspec

from providers import chat_completions
from providers.azure_errors import (
    HIGH_DEMAND,
    PROMPT_SAFE,
    SAFE,
    SECURITY_HEADERS,
    error_answer,
    invalid_request,
    permission_denied,
    prompt_too_long,
    resource_not_found,
    token_expired,
)
from providers.dialect import (
    Answer,
    Asked,
    CloudIdentity,
    Delta,
    Dialect,
    HttpAnswer,
    HttpRequest,
    ProviderError,
    Question,
)
from providers.limits import AZURE_MINUTE, QuotaRules
from providers.retry_after import retry_after_s

_V1_PATH = "/openai/v1/chat/completions"


class AzureOpenAI(Dialect, frozen=True, kw_only=True):
    """Azure OpenAI chat completions.

    `api_version: null` (or `v1`) asks at `/openai/v1/` with the deployment as `model`; `auth` is
    how our client shows its credential. A stand-in takes either path and either credential, as a
    resource does. Answers name the model `<deployment>-<snapshot>`.
    """

    name: ClassVar[str] = "azure-openai"
    provider: ClassVar[str] = "azure.ai.openai"
    credential_variable: ClassVar[str] = "AZURE_OPENAI_API_KEY"
    quota_rules: ClassVar[QuotaRules] = AZURE_MINUTE
    overloaded_message: ClassVar[str] = HIGH_DEMAND

    deployment: str = "gpt-4o"
    api_version: str | None = "2024-10-21"
    auth: Literal["api-key", "bearer"] = "api-key"
    snapshot: str = "2024-08-06"

    @property
    def model(self) -> str:
        """The deployment's name."""
        return self.deployment

    @property
    def cloud_identity(self) -> CloudIdentity | None:
        """Entra's, where credentials are shown as bearer tokens."""
        return "entra" if self.auth == "bearer" else None

    def request(self, question: Question, base_path: str, credential: str) -> HttpRequest:
        """Write the request; a streamed answer is asked to end with its usage."""
        body: dict[str, object] = {"messages": [{"role": "user", "content": question.prompt}]}
        if self._v1:
            body["model"] = self.deployment
        limit = "max_completion_tokens" if self._v1 else "max_tokens"
        body[limit] = question.max_output_tokens
        if question.stream:
            body |= {"stream": True, "stream_options": {"include_usage": True}}
        return HttpRequest(
            method="POST",
            target=base_path.rstrip("/") + self._target,
            headers=(self._credential(credential), ("Content-Type", "application/json")),
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
        """Understand a request as the provider would: credential, path, body, deployment."""
        if not _shows_credential(request):
            return self.refusal(401)
        deployment = _deployment_in(urlsplit(request.target))
        if request.method != "POST" or deployment is None:
            return resource_not_found()
        try:
            body = chat_completions.read_request(request.body)
        except chat_completions.InvalidBodyError as wrong:
            return invalid_request(str(wrong))
        if (deployment or body.model) != self.deployment:
            return self.refusal(404)
        return chat_completions.asked(body)

    def head(self, answer: Answer, *, stream: bool) -> tuple[tuple[str, str], ...]:
        """Return the headers of a 200 answer, as recorded from the service."""
        kind = "text/event-stream; charset=utf-8" if stream else "application/json"
        return (
            ("Content-Type", kind),
            ("Date", formatdate(answer.created_s, usegmt=True)),
            ("Apim-Request-Id", _uuid(answer, "apim")),
            ("X-Request-Id", _uuid(answer, "request")),
            ("X-Ms-Deployment-Name", self.deployment),
            ("X-Ms-Rai-Invoked", "true"),
            *((("X-Ms-Region", answer.region),) if answer.region else ()),
            ("X-Accel-Buffering", "no"),
            *SECURITY_HEADERS,
            *_rate_limits(answer),
        )

    def opening(self, answer: Answer) -> Sequence[bytes]:
        """Return the prompt's filter results, with no choices and no id, and the role."""
        nobody = {"choices": [], "created": 0, "id": "", "model": "", "object": ""}
        filtered = {"prompt_index": 0, "content_filter_results": PROMPT_SAFE}
        role = {"content": "", "refusal": None, "role": "assistant"}
        return (
            _event({**nobody, "prompt_filter_results": [filtered]}),
            self._chunk(answer, [_choice(role, {})]),
        )

    def token(self, answer: Answer, text: str) -> bytes:
        """Return the event that carries one token's text."""
        return self._chunk(answer, [_choice({"content": text}, SAFE)])

    def closing(self, answer: Answer) -> Sequence[bytes]:
        """Return the finish, the usage where it was asked for, and `[DONE]`."""
        finish = self._chunk(answer, [_choice({}, {}, "stop")])
        usage = self._chunk(answer, [], _usage(answer)) if answer.include_usage else b""
        return tuple(event for event in (finish, usage, b"data: [DONE]\n\n") if event)

    def body(self, answer: Answer, texts: Iterable[str]) -> bytes:
        """Return the whole body of a non-streamed answer."""
        said = {"content": "".join(texts), "refusal": None, "role": "assistant"}
        choice = {
            "content_filter_results": SAFE,
            "finish_reason": "stop",
            "index": 0,
            "logprobs": None,
            "message": said,
        }
        filtered = {"prompt_index": 0, "content_filter_results": PROMPT_SAFE}
        whole = {
            **self._frame(answer, "chat.completion", [choice]),
            "prompt_filter_results": [filtered],
            "usage": _usage(answer),
        }
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
        """Return Azure's own error answer; 400 is the content filter, a bare 429 high demand."""
        return error_answer(
            status,
            retry_after_s=retry_after_s,
            message=message,
            exhausted=exhausted,
            api_version=self.api_version or "v1",
        )

    def credential_expired(self) -> HttpAnswer:
        """Return the gateway's own 401, which has no `error` in it."""
        return token_expired()

    def credential_refused(self, *, known: bool) -> HttpAnswer:
        """Return the 401 of a wrong key, or of a principal without the data action."""
        return permission_denied() if known else self.refusal(401)

    def prompt_too_long(self) -> HttpAnswer:
        """Return the 400 that OpenAI's models have for it."""
        return prompt_too_long()

    def error_event(self, status: int, *, message: str | None = None) -> bytes:
        """Return a refusal's body as an event."""
        return b"data: " + self.refusal(status, message=message).body + b"\n\n"

    def empty_stream(self, answer: Answer) -> Sequence[bytes]:
        """Return the prompt's filter results, the role, the finish, and `[DONE]`."""
        return (*self.opening(answer), *self.closing(answer))

    def empty_body(self, answer: Answer) -> bytes:
        """Return a completion whose one message is empty."""
        return self.body(answer, ())

    @property
    def _v1(self) -> bool:
        return self.api_version in (None, "v1")

    @property
    def _target(self) -> str:
        if self._v1:
            return _V1_PATH
        deployment = quote(self.deployment, safe="")
        query = f"?api-version={self.api_version}"
        return f"/openai/deployments/{deployment}/chat/completions{query}"

    def _credential(self, credential: str) -> tuple[str, str]:
        if self.auth == "bearer":
            return ("Authorization", f"Bearer {credential}")
        return ("api-key", credential)

    def _chunk(
        self, answer: Answer, choices: list[object], usage: dict[str, int] | None = None
    ) -> bytes:
        frame = self._frame(answer, "chat.completion.chunk", choices)
        if answer.include_usage:
            frame["usage"] = usage
        return _event(frame)

    def _frame(self, answer: Answer, kind: str, choices: list[object]) -> dict[str, object]:
        model = f"{self.deployment}-{self.snapshot}" if self.snapshot else self.deployment
        return {
            "choices": choices,
            "created": answer.created_s,
            "id": f"chatcmpl-{answer.response_id}",
            "model": model,
            "object": kind,
            "system_fingerprint": "fp_crosswind",
        }


def _shows_credential(request: HttpRequest) -> bool:
    headers = {name.lower(): value for name, value in request.headers}
    scheme, _, token = headers.get("authorization", "").partition(" ")
    return bool(headers.get("api-key") or (scheme.lower() == "bearer" and token.strip()))


def _deployment_in(target: SplitResult) -> str | None:
    """Return the deployment in a path, empty where the body names it; None for a wrong path."""
    if target.path == _V1_PATH:
        return ""
    match target.path.split("/"):
        case ["", "openai", "deployments", deployment, "chat", "completions"]:
            return unquote(deployment) if "api-version" in parse_qs(target.query) else None
    return None


def _event(data: dict[str, object]) -> bytes:
    return b"data: " + msgspec.json.encode(data) + b"\n\n"


def _choice(
    delta: Mapping[str, object], filtered: Mapping[str, object], finish: str | None = None
) -> dict[str, object]:
    return {
        "content_filter_results": filtered,
        "delta": delta,
        "finish_reason": finish,
        "index": 0,
        "logprobs": None,
    }


def _usage(answer: Answer) -> dict[str, int]:
    return {
        "completion_tokens": answer.output_tokens,
        "prompt_tokens": answer.prompt_tokens,
        "total_tokens": answer.prompt_tokens + answer.output_tokens,
    }


def _uuid(answer: Answer, purpose: str) -> str:
    digest = hashlib.blake2b(f"{purpose} {answer.response_id}".encode(), digest_size=16)
    return str(uuid.UUID(bytes=digest.digest(), version=4))


def _rate_limits(answer: Answer) -> tuple[tuple[str, str], ...]:
    known = (
        ("X-Ratelimit-Limit-Requests", answer.limit_requests),
        ("X-Ratelimit-Remaining-Requests", answer.remaining_requests),
        ("X-Ratelimit-Limit-Tokens", answer.limit_tokens),
        ("X-Ratelimit-Remaining-Tokens", answer.remaining_tokens),
    )
    return tuple((name, str(value)) for name, value in known if value is not None)
