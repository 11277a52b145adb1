"""The error answers of OpenAI's own API: bodies, codes and the headers that ask for a wait.

Source: https://platform.openai.com/docs/guides/error-codes and bodies quoted in public issue
threads. Every error has `message`, `type`, `param` and `code`.
"""

import math
from http import HTTPStatus

import msgspec

from providers.dialect import HttpAnswer

_JSON = (("Content-Type", "application/json"),)
_SERVER_ERROR = "The server had an error while processing your request. Sorry about that!"
OVERLOADED = "The engine is currently overloaded, please try again later."
TOO_LONG = (
    "This model's maximum context length is 128000 tokens. However, your messages resulted in "
    "131072 tokens. Please reduce the length of the messages."
)
_EXHAUSTED = {"requests": "requests per min (RPM)", "tokens": "tokens per min (TPM)"}
_KINDS: dict[int, tuple[str, str | None, str]] = {
    400: ("invalid_request_error", None, "We could not parse the JSON body of your request."),
    401: ("invalid_request_error", "invalid_api_key", "Incorrect API key provided."),
    403: ("invalid_request_error", None, "You are not allowed to sample from this model."),
    404: ("invalid_request_error", "model_not_found", "The model does not exist."),
    503: ("service_unavailable_error", None, OVERLOADED),
}


def error_answer(
    status: int,
    *,
    retry_after_s: float | None = None,
    message: str | None = None,
    exhausted: str = "",
    code: str | None = None,
) -> HttpAnswer:
    """Write the error that OpenAI sends with a status."""
    kind, known_code, text = _known(status, exhausted)
    error = {
        "message": message or text,
        "type": kind,
        "param": None,
        "code": code or known_code,
    }
    headers = (*_JSON, *_hints(retry_after_s, exhausted))
    return HttpAnswer(status=status, headers=headers, body=msgspec.json.encode({"error": error}))


def _known(status: int, exhausted: str) -> tuple[str, str | None, str]:
    if status == 429:
        quota = _EXHAUSTED.get(exhausted, _EXHAUSTED["requests"])
        return exhausted or "requests", "rate_limit_exceeded", f"Rate limit reached on {quota}."
    if status >= 500 and status not in _KINDS:
        return "server_error", None, _SERVER_ERROR
    return _KINDS.get(status, ("invalid_request_error", None, _phrase(status)))


def _hints(retry_after_s: float | None, exhausted: str) -> list[tuple[str, str]]:
    headers: list[tuple[str, str]] = []
    if retry_after_s is not None:
        headers.append(("Retry-After", str(math.ceil(retry_after_s))))
        # Rounded to the microsecond first: 0.003 s is 3 ms, although 0.003 * 1000 is a little more.
        headers.append(("Retry-After-Ms", str(math.ceil(round(retry_after_s * 1000, 3)))))
    if exhausted:
        headers.append((f"X-Ratelimit-Remaining-{exhausted.title()}", "0"))
    return headers


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return f"HTTP {status}"
