"""The error answers of Azure OpenAI: bodies, codes and the headers that ask for a wait.

Sources: bodies as quoted in public issue threads and Microsoft's documentation; `docs/dialects.md`
lists what is known from hearsay alone. `code` is always a string, for throttles literally `"429"`.
"""

import math
from collections.abc import Iterable
from http import HTTPStatus

import msgspec

from providers.dialect import HttpAnswer

SECURITY_HEADERS = (
    ("Strict-Transport-Security", "max-age=31536000; includeSubDomains; preload"),
    ("X-Content-Type-Options", "nosniff"),
)
_JSON = (("Content-Type", "application/json"), *SECURITY_HEADERS)
_EXHAUSTED = {"requests": "call rate limit", "tokens": "token rate limit"}
_NO_ACTION = (
    "The principal lacks the required data action "
    "`Microsoft.CognitiveServices/accounts/OpenAI/deployments/chat/completions/action` to perform "
    "`POST /openai/deployments/{deployment-id}/chat/completions` operation."
)
_TOO_LONG = (
    "This model's maximum context length is 128000 tokens. However, your messages resulted in "
    "131072 tokens. Please reduce the length of the messages."
)
HIGH_DEMAND = (
    "The system is currently experiencing high demand and cannot process your request. "
    "Please try again later."
)
_DENIED = (
    "Access denied due to invalid subscription key or wrong API endpoint. Make sure to provide a "
    "valid key for an active subscription and use a correct regional API endpoint for your "
    "resource."
)
_NO_DEPLOYMENT = (
    "The API deployment for this resource does not exist. If you created the deployment within the "
    "last 5 minutes, please wait a moment and try again."
)
_PLAIN = {
    401: ("401", _DENIED),
    404: ("DeploymentNotFound", _NO_DEPLOYMENT),
    408: ("Timeout", "The operation was timeout."),
    503: (
        "ServiceUnavailable",
        "The service is temporarily unable to process your request. Please try again later.",
    ),
}
_EXPIRED = (
    "Unauthorized. Access token is missing, invalid, audience is incorrect "
    "(https://cognitiveservices.azure.com), or have expired."
)
_SERVER_ERROR = "The server had an error while processing your request. Sorry about that!"
_FILTERED = (
    "The response was filtered due to the prompt triggering Azure OpenAI's content management "
    "policy. Please modify your prompt and retry. To learn more about our content filtering "
    "policies please read our documentation: https://go.microsoft.com/fwlink/?linkid=2198766"
)
_CATEGORIES = ("hate", "self_harm", "sexual", "violence")
SAFE = {category: {"filtered": False, "severity": "safe"} for category in _CATEGORIES}
PROMPT_SAFE = {**SAFE, "jailbreak": {"filtered": False, "detected": False}}


def error_answer(
    status: int,
    *,
    retry_after_s: float | None = None,
    message: str | None = None,
    exhausted: str = "",
    api_version: str = "v1",
) -> HttpAnswer:
    """Write the error that Azure OpenAI sends with a status."""
    error = _error(status, message, _throttled(retry_after_s, exhausted, api_version))
    return _answer(status, error, _hints(retry_after_s, exhausted))


def resource_not_found() -> HttpAnswer:
    """Write the 404 of a wrong path, or of a missing api-version."""
    return _answer(404, {"code": "404", "message": "Resource not found"})


def token_expired() -> HttpAnswer:
    """Write the 401 of an access token that is no longer good, as the service's gateway does."""
    body = msgspec.json.encode({"statusCode": 401, "message": _EXPIRED})
    return HttpAnswer(status=401, headers=_JSON, body=body)


def invalid_request(message: str) -> HttpAnswer:
    """Write the 400 of a body that cannot be understood."""
    return _answer(400, _openai_error(message, "invalid_request_error"))


def permission_denied() -> HttpAnswer:
    """Write the 401 of a principal that Entra knows and the resource does not let in."""
    return _answer(401, {"code": "PermissionDenied", "message": _NO_ACTION})


def prompt_too_long() -> HttpAnswer:
    """Write the 400 of a prompt that exceeds the model's context."""
    error = {
        **_openai_error(_TOO_LONG, "invalid_request_error"),
        "param": "messages",
        "code": "context_length_exceeded",
    }
    return _answer(400, error)


def _answer(
    status: int, error: dict[str, object], hints: Iterable[tuple[str, str]] = ()
) -> HttpAnswer:
    headers = (*_JSON, *hints)
    return HttpAnswer(status=status, headers=headers, body=msgspec.json.encode({"error": error}))


def _error(status: int, message: str | None, throttled: str) -> dict[str, object]:
    if status == 400:
        return _content_filtered(message or _FILTERED)
    if status == 429:
        return {"code": "429", "message": message or throttled}
    if status >= 500 and status not in _PLAIN:
        return _openai_error(message or _SERVER_ERROR, "server_error")
    code, text = _PLAIN.get(status, (str(status), _phrase(status)))
    return {"code": code, "message": message or text}


def _openai_error(message: str, kind: str) -> dict[str, object]:
    return {"message": message, "type": kind, "param": None, "code": None}


def _content_filtered(message: str) -> dict[str, object]:
    result = {**PROMPT_SAFE, "violence": {"filtered": True, "severity": "high"}}
    return {
        "message": message,
        "type": None,
        "param": "prompt",
        "code": "content_filter",
        "status": 400,
        "innererror": {"code": "ResponsibleAIPolicyViolation", "content_filter_result": result},
    }


def _throttled(retry_after_s: float | None, exhausted: str, api_version: str) -> str:
    if not exhausted:
        return HIGH_DEMAND
    wait = (
        "" if retry_after_s is None else f" Please retry after {math.ceil(retry_after_s)} seconds."
    )
    return (
        "Requests to the ChatCompletions_Create Operation under Azure OpenAI API version "
        f"{api_version} have exceeded {_EXHAUSTED.get(exhausted, exhausted)} of your current "
        f"AIServices S0 pricing tier.{wait}"
    )


def _hints(retry_after_s: float | None, exhausted: str) -> list[tuple[str, str]]:
    headers: list[tuple[str, str]] = []
    if retry_after_s is not None:
        headers.append(("Retry-After", str(math.ceil(retry_after_s))))
        headers.append(("Retry-After-Ms", str(_milliseconds(retry_after_s))))
    if exhausted:
        headers.append((f"X-Ratelimit-Remaining-{exhausted.title()}", "0"))
        if retry_after_s is not None:
            reset = str(math.ceil(retry_after_s))
            headers.append((f"X-Ratelimit-Reset-{exhausted.title()}", reset))
    return headers


def _milliseconds(seconds: float) -> int:
    # Rounded to the microsecond first: 0.003 s is 3 ms, although 0.003 * 1000 is a little more.
    return math.ceil(round(seconds * 1000, 3))


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return f"HTTP {status}"
