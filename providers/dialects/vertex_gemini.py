"""Vertex AI, Gemini models: `generateContent`, streamed with and without `alt=sse`.

Sources: Google's REST reference; recorded streams in public issue threads; what the official SDK
sends and reads. `docs/dialects.md` tells what rests on which.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from email.utils import formatdate
from functools import lru_cache
from typing import ClassVar, Literal
from urllib.parse import parse_qs, quote, unquote, urlsplit

import msgspec

from providers import gemini, google_rpc
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
from providers.google_rpc import Place
from providers.retry_after import retry_after_s

_PATH = re.compile(
    r"/v1(?:beta1)?/"
    r"(?:projects/(?P<project>[^/]+)/locations/(?P<location>[^/]+)/)?"
    r"publishers/google/models/(?P<model>[^/:]+)"
    r":(?P<method>generateContent|streamGenerateContent)"
)
_STREAM = "streamGenerateContent"
_NOTHING_SAID = {"content": {"role": "model"}, "finishReason": "STOP"}
_TOO_LONG = (
    "The input token count (1048577) exceeds the maximum number of tokens allowed (1048576)."
)
_ON_DEMAND = {"trafficType": "ON_DEMAND"}


class VertexGemini(Dialect, frozen=True, kw_only=True):
    """Vertex AI's `generateContent` for Gemini models.

    `location` is a region or `global`. `auth: api-key` asks in express mode: `x-goog-api-key`, and
    no project in the path. A stand-in takes either path and either credential.
    """

    name: ClassVar[str] = "vertex-gemini"
    provider: ClassVar[str] = "gcp.vertex_ai"
    credential_variable: ClassVar[str] = "GOOGLE_OAUTH_ACCESS_TOKEN"

    project: str = "crosswind"
    location: str = "us-central1"
    model: str = "gemini-2.5-flash"
    auth: Literal["bearer", "api-key"] = "bearer"

    @property
    def cloud_identity(self) -> CloudIdentity | None:
        """Google's, where credentials are shown as bearer tokens."""
        return "google" if self.auth == "bearer" else None

    def request(self, question: Question, base_path: str, credential: str) -> HttpRequest:
        """Write the request; usage needs no asking here."""
        method = f"{_STREAM}?alt=sse" if question.stream else "generateContent"
        body = {
            "contents": [{"role": "user", "parts": [{"text": question.prompt}]}],
            "generationConfig": {"maxOutputTokens": question.max_output_tokens},
        }
        return HttpRequest(
            method="POST",
            target=f"{base_path.rstrip('/')}/v1/{self._resource}:{method}",
            headers=(self._credential(credential), ("Content-Type", "application/json")),
            body=msgspec.json.encode(body),
        )

    def read_event(self, data: bytes) -> Delta:
        """Read the data of one event."""
        return gemini.read_event(data)

    def read_body(self, body: bytes) -> Delta:
        """Read a whole 200 answer; an array, as a stream without `alt=sse` is, is joined."""
        return gemini.read_body(body)

    def read_error(self, status: int, headers: Mapping[str, str], body: bytes) -> ProviderError:
        """Read a refusal; RetryInfo goes before Retry-After."""
        return google_rpc.read_error(status, body, retry_after_s(headers))

    def asked(self, request: HttpRequest) -> Asked | HttpAnswer:
        """Understand a request as the provider would: path, credential, project, model, body."""
        target = urlsplit(request.target)
        query = parse_qs(target.query)
        path = _PATH.fullmatch(unquote(target.path))
        if request.method != "POST" or path is None:
            return _no_such_page(target.path)
        stream = path["method"] == _STREAM
        server_sent = "sse" in query.get("alt", ())
        answer = self._understood(request, path, query, server_sent=server_sent)
        if isinstance(answer, HttpAnswer) and stream and not server_sent:
            return google_rpc.in_array(answer)
        return answer

    def head(self, answer: Answer, *, stream: bool) -> tuple[tuple[str, str], ...]:
        """Return the headers of a 200 answer."""
        event_stream = stream and answer.server_sent
        kind = "text/event-stream" if event_stream else "application/json; charset=UTF-8"
        return (
            ("Content-Type", kind),
            ("Vary", "Origin, X-Origin, Referer"),
            ("Date", formatdate(answer.created_s, usegmt=True)),
            ("Server", "scaffolding on HTTPServer2"),
            ("X-Content-Type-Options", "nosniff"),
        )

    def opening(self, answer: Answer) -> Sequence[bytes]:
        """Return nothing: the first event carries the first token (an array has to open)."""
        return () if answer.server_sent else (b"[",)

    def token(self, answer: Answer, text: str) -> bytes:
        """Return the event that carries one token's text."""
        data = self._response(answer, _candidate(text), _ON_DEMAND)
        return _event(data) if answer.server_sent else data + b"\n,\r\n"

    def closing(self, answer: Answer) -> Sequence[bytes]:
        """Return the last event: finish reason and usage; nothing follows it."""
        data = self._response(answer, _candidate("", "STOP"), _usage(answer))
        return (_event(data) if answer.server_sent else data + b"\n]",)

    def body(self, answer: Answer, texts: Iterable[str]) -> bytes:
        """Return the whole body of a non-streamed answer."""
        whole = self._response(answer, _candidate("".join(texts), "STOP"), _usage(answer))
        return msgspec.json.format(whole, indent=2)

    def refusal(
        self,
        status: int,
        *,
        retry_after_s: float | None = None,
        message: str | None = None,
        exhausted: str = "",
        asked: Asked | None = None,
    ) -> HttpAnswer:
        """Return Vertex AI's own error answer.

        A 429 without `exhausted` is pay-as-you-go's: no details. Waits are asked for in the body.
        """
        answer = google_rpc.error_answer(
            status,
            Place(location=self.location, model=self.model),
            retry_after_s=retry_after_s,
            message=message,
            exhausted=exhausted,
        )
        array_due = asked is not None and asked.question.stream and not asked.server_sent
        return google_rpc.in_array(answer) if array_due else answer

    def credential_expired(self) -> HttpAnswer:
        """Return the 401 whose ErrorInfo says that the access token has expired."""
        return self.refusal(401)

    def credential_refused(self, *, known: bool) -> HttpAnswer:
        """Return the 403 that names the resource, or the 401 without an expiry in it."""
        if known:
            return self.refusal(403, message=_denied(self._resource))
        return google_rpc.credential_missing()

    def model_missing(self) -> HttpAnswer:
        """Return the 404 that names the publisher's model."""
        return self.refusal(404, message=_not_found(self._resource))

    def prompt_too_long(self) -> HttpAnswer:
        """Return the 400 INVALID_ARGUMENT that counts the tokens."""
        return self.refusal(400, message=_TOO_LONG)

    def prompt_refused(self) -> HttpAnswer | None:
        """Return None: a caught prompt is a 200 here."""
        return None

    def blocked_body(self, answer: Answer) -> bytes:
        """Return a response without candidates, whose `promptFeedback` says why."""
        return msgspec.json.encode(
            {
                "promptFeedback": {"blockReason": "PROHIBITED_CONTENT"},
                "usageMetadata": {
                    "promptTokenCount": answer.prompt_tokens,
                    "totalTokenCount": answer.prompt_tokens,
                    **_ON_DEMAND,
                },
                "modelVersion": self.model,
                "createTime": _rfc3339(answer.created_s),
                "responseId": answer.response_id,
            }
        )

    def error_event(self, status: int, *, message: str | None = None) -> bytes:
        """Return a refusal's body, on one line, as an event."""
        return _event(msgspec.json.format(self.refusal(status, message=message).body, indent=-1))

    def empty_stream(self, answer: Answer) -> Sequence[bytes]:
        """Return one event: a candidate that stopped and has no parts, and the usage."""
        return (_event(self._response(answer, _NOTHING_SAID, _usage(answer))),)

    def empty_body(self, answer: Answer) -> bytes:
        """Return the same candidate as a whole body."""
        empty = self._response(answer, _NOTHING_SAID, _usage(answer))
        return msgspec.json.format(empty, indent=2)

    @property
    def _resource(self) -> str:
        model = f"publishers/google/models/{quote(self.model, safe='')}"
        if self.auth == "api-key":
            return model
        return f"projects/{quote(self.project, safe='')}/locations/{self.location}/{model}"

    def _credential(self, credential: str) -> tuple[str, str]:
        if self.auth == "api-key":
            return ("x-goog-api-key", credential)
        return ("Authorization", f"Bearer {credential}")

    def _understood(
        self,
        request: HttpRequest,
        path: re.Match[str],
        query: Mapping[str, list[str]],
        *,
        server_sent: bool,
    ) -> Asked | HttpAnswer:
        if not (_shows_credential(request) or query.get("key")):
            return google_rpc.credential_missing()
        asked_for = path[0].split("/", 2)[2].rpartition(":")[0]
        if path["project"] not in (None, self.project):
            return self.refusal(403, message=_denied(asked_for))
        if path["location"] not in (None, self.location) or path["model"] != self.model:
            return self.refusal(404, message=_not_found(asked_for))
        stream = path["method"] == _STREAM
        try:
            return gemini.asked(request.body, stream=stream, server_sent=server_sent)
        except gemini.InvalidBodyError as wrong:
            return self.refusal(400, message=str(wrong))

    def _response(
        self, answer: Answer, candidate: Mapping[str, object], usage: Mapping[str, object]
    ) -> bytes:
        return msgspec.json.encode(
            {
                "candidates": [candidate],
                "usageMetadata": usage,
                "modelVersion": self.model,
                "createTime": _rfc3339(answer.created_s),
                "responseId": answer.response_id,
            }
        )


@lru_cache(maxsize=64)
def _rfc3339(epoch_s: int) -> str:
    return datetime.fromtimestamp(epoch_s, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _candidate(text: str, finish: str | None = None) -> dict[str, object]:
    candidate: dict[str, object] = {"content": {"role": "model", "parts": [{"text": text}]}}
    return candidate if finish is None else {**candidate, "finishReason": finish}


def _usage(answer: Answer) -> dict[str, object]:
    return {
        "promptTokenCount": answer.prompt_tokens,
        "candidatesTokenCount": answer.output_tokens,
        "totalTokenCount": answer.prompt_tokens + answer.output_tokens,
        **_ON_DEMAND,
    }


def _event(data: bytes) -> bytes:
    return b"data: " + data + b"\r\n\r\n"


def _shows_credential(request: HttpRequest) -> bool:
    headers = {name.lower(): value for name, value in request.headers}
    scheme, _, token = headers.get("authorization", "").partition(" ")
    return bool(headers.get("x-goog-api-key") or (scheme.lower() == "bearer" and token.strip()))


def _denied(resource: str) -> str:
    return (
        "Permission 'aiplatform.endpoints.predict' denied on resource "
        f"'//aiplatform.googleapis.com/{resource}' (or it may not exist)."
    )


def _not_found(resource: str) -> str:
    return (
        f"Publisher Model `{resource}` was not found or your project does not have access to it. "
        "Please ensure you are using a valid model version. For more information, see: "
        "https://cloud.google.com/vertex-ai/generative-ai/docs/learn/model-versions"
    )


def _no_such_page(path: str) -> HttpAnswer:
    page = (
        "<!DOCTYPE html>\n<html lang=en>\n  <title>Error 404 (Not Found)!!1</title>\n"
        f"  <p><b>404.</b> <ins>That\N{RIGHT SINGLE QUOTATION MARK}s an error.</ins>\n"
        f"  <p>The requested URL <code>{_escaped(path)}</code> was not found on this server.\n"
    )
    headers = (("Content-Type", "text/html; charset=UTF-8"), ("Referrer-Policy", "no-referrer"))
    return HttpAnswer(status=404, headers=headers, body=page.encode())


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
