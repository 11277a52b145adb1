"""Errors as Google's APIs send them: `google.rpc.Status` in JSON, written and read.

Source: https://cloud.google.com/apis/design/errors; Vertex AI's texts as quoted in public issue
threads (`docs/dialects.md` lists what is known from hearsay alone). A wait is asked for in the
body, by a RetryInfo such as `"34s"`.
"""

import math
from collections.abc import Mapping
from http import HTTPStatus

import msgspec

from providers.dialect import HttpAnswer, ProviderError
from telemetry.not_json import NOT_JSON

JSON_HEADERS = (
    ("Content-Type", "application/json; charset=UTF-8"),
    ("Vary", "Origin, X-Origin, Referer"),
    ("X-Content-Type-Options", "nosniff"),
)
_TYPE = "type.googleapis.com/google.rpc."
_EXHAUSTED = (
    "Resource exhausted. Please try again later. Please refer to https://cloud.google.com/"
    "vertex-ai/generative-ai/docs/error-code-429 for more details."
)
_BAD_CREDENTIAL = (
    "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie "
    "or other valid authentication credential. See "
    "https://developers.google.com/identity/sign-in/web/devconsole-project."
)
_NO_CREDENTIAL = _BAD_CREDENTIAL.replace(
    "Request had invalid authentication credentials.",
    "Request is missing required authentication credential.",
)
_KNOWN = {
    400: ("INVALID_ARGUMENT", "Request contains an invalid argument."),
    401: ("UNAUTHENTICATED", _BAD_CREDENTIAL),
    403: ("PERMISSION_DENIED", "The caller does not have permission"),
    404: ("NOT_FOUND", "Requested entity was not found."),
    408: ("DEADLINE_EXCEEDED", "Request timed out."),
    409: ("ABORTED", "The operation was aborted."),
    429: ("RESOURCE_EXHAUSTED", _EXHAUSTED),
    499: ("CANCELLED", "The operation was cancelled."),
    500: ("INTERNAL", "Internal error encountered."),
    501: ("UNIMPLEMENTED", "Operation is not implemented, or supported, or enabled."),
    503: ("UNAVAILABLE", "The service is currently unavailable."),
    504: ("DEADLINE_EXCEEDED", "Deadline expired before operation could complete."),
}
_QUOTAS = {
    "requests": (
        "aiplatform.googleapis.com/generate_content_requests_per_minute_per_project_per_base_model",
        "GenerateRequestsPerMinutePerProjectPerModel",
    ),
    "tokens": (
        "aiplatform.googleapis.com/generate_content_input_tokens_per_minute_per_base_model",
        "GenerateContentInputTokensPerMinutePerProjectPerModel",
    ),
}
_QUOTA_PAGE = "https://cloud.google.com/vertex-ai/docs/generative-ai/quotas-genai"


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Which model a quota counts for, and where."""

    location: str
    model: str


class _Detail(msgspec.Struct, frozen=True):
    type: str = msgspec.field(default="", name="@type")
    retry_delay: str | None = msgspec.field(default=None, name="retryDelay")


class Status(msgspec.Struct, frozen=True):
    """A `google.rpc.Status` as read, as far as a client cares."""

    code: int | None = None
    message: str = ""
    status: str | None = None
    details: list[_Detail] = []


class _Wrapped(msgspec.Struct, frozen=True):
    error: Status


_WRAPPED: msgspec.json.Decoder[_Wrapped | list[_Wrapped]] = msgspec.json.Decoder(
    _Wrapped | list[_Wrapped]
)


def error_answer(
    status: int,
    place: Place,
    *,
    retry_after_s: float | None = None,
    message: str | None = None,
    exhausted: str = "",
) -> HttpAnswer:
    """Write the error that Vertex AI sends with a status."""
    name, text = _KNOWN.get(status, ("UNKNOWN", _phrase(status)))
    error: dict[str, object] = {"code": status, "message": message or text, "status": name}
    if exhausted in _QUOTAS:
        metric, _ = _QUOTAS[exhausted]
        error["message"] = message or (
            f"Quota exceeded for {metric} with base model: {place.model}. "
            f"Please submit a quota increase request. {_QUOTA_PAGE}."
        )
    reason = _reason("ACCESS_TOKEN_EXPIRED") if status == 401 else []
    details = [*reason, *_quota_failure(exhausted, place), *_retry_info(retry_after_s)]
    if details:
        error["details"] = details
    return _answer(status, error)


def credential_missing() -> HttpAnswer:
    """Write the 401 of a request that shows no credential."""
    error = {
        "code": 401,
        "message": _NO_CREDENTIAL,
        "status": "UNAUTHENTICATED",
        "details": _reason("CREDENTIALS_MISSING"),
    }
    return _answer(401, error)


def in_array(answer: HttpAnswer) -> HttpAnswer:
    """Wrap an error in a list of one, as it replaces an answer that would have been an array."""
    return msgspec.structs.replace(answer, body=b"[" + answer.body + b"\n]")


def read_error(status: int, body: bytes, header_wait_s: float | None) -> ProviderError:
    """Read a refusal; what the body asks for goes before the headers.

    A body of another shape becomes its own message.
    """
    try:
        wrapped = _WRAPPED.decode(body)
    except NOT_JSON:
        text = body.decode("utf-8", "replace")
        return ProviderError(code=str(status), message=text, retry_after_s=header_wait_s)
    if isinstance(wrapped, list):
        wrapped = wrapped[0] if wrapped else _Wrapped(Status())
    return provider_error(wrapped.error, str(status), header_wait_s)


def provider_error(
    error: Status, fallback: str, header_wait_s: float | None = None
) -> ProviderError:
    """Turn a Status into what it means; its name is the code, else its number."""
    number = fallback if error.code is None else str(error.code)
    wait_s = _retry_delay_s(error)
    return ProviderError(
        code=error.status or number,
        message=error.message,
        retry_after_s=header_wait_s if wait_s is None else wait_s,
    )


def _retry_delay_s(error: Status) -> float | None:
    delay = next((detail.retry_delay for detail in error.details if detail.retry_delay), None)
    if delay is None or not delay.endswith("s"):
        return None
    try:
        seconds = float(delay[:-1])
    except ValueError:
        return None
    return seconds if math.isfinite(seconds) and seconds >= 0 else None


def _answer(status: int, error: Mapping[str, object]) -> HttpAnswer:
    body = msgspec.json.format(msgspec.json.encode({"error": error}), indent=2)
    return HttpAnswer(status=status, headers=JSON_HEADERS, body=body)


def _reason(reason: str) -> list[dict[str, object]]:
    return [
        {
            "@type": f"{_TYPE}ErrorInfo",
            "reason": reason,
            "domain": "googleapis.com",
            "metadata": {"service": "aiplatform.googleapis.com"},
        }
    ]


def _quota_failure(exhausted: str, place: Place) -> list[dict[str, object]]:
    if exhausted not in _QUOTAS:
        return []
    metric, identity = _QUOTAS[exhausted]
    violation = {
        "quotaMetric": metric,
        "quotaId": identity,
        "quotaDimensions": {"location": place.location, "model": place.model},
    }
    links = [{"description": "Learn more about Vertex AI quotas.", "url": _QUOTA_PAGE}]
    return [
        {"@type": f"{_TYPE}QuotaFailure", "violations": [violation]},
        {"@type": f"{_TYPE}Help", "links": links},
    ]


def _retry_info(retry_after_s: float | None) -> list[dict[str, object]]:
    if retry_after_s is None:
        return []
    delay = f"{retry_after_s:.3f}".rstrip("0").rstrip(".")
    return [{"@type": f"{_TYPE}RetryInfo", "retryDelay": f"{delay}s"}]


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return f"HTTP {status}"
