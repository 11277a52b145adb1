"""How a try of somebody else's ended, in our taxonomy, from what its span says; pure.

A failure is an ERROR status, an `error.type`, or an HTTP status from 400 up. What kind it was is
told by the HTTP status, else by the words of `error.type`: providers' codes, gRPC's, or the names
of exception classes. An answer whose finish reason is `error` was cut. One without any finish
reason has only its status to be judged by.
"""

import re

from telemetry.foreign import genai
from telemetry.foreign.span import Span
from telemetry.names import ERROR_TYPE
from telemetry.outcome import Outcome

CUT_REASONS = frozenset({"error"})
FILTERED_REASONS = frozenset({"content_filter", "content_filtered", "safety", "prohibited_content"})
_BY_STATUS = {
    401: Outcome.AUTH_REFUSED,
    403: Outcome.AUTH_REFUSED,
    408: Outcome.FIRST_TOKEN_TIMEOUT,
    429: Outcome.RATE_LIMITED,
}
_BY_WORDS: tuple[tuple[str, Outcome], ...] = (
    (r"rate.?limit|too.?many|resource.?exhausted|quota|throttl", Outcome.RATE_LIMITED),
    (r"content.?(filter|policy)", Outcome.CONTENT_FILTERED),
    (r"auth|permission|forbidden|credential", Outcome.AUTH_REFUSED),
    (r"connect.?timeout|connection.?timed", Outcome.CONNECT_TIMEOUT),
    (r"refused", Outcome.CONNECT_REFUSED),
    (r"ssl|tls|certificate", Outcome.TLS_FAILED),
    (r"gaierror|resol|dns", Outcome.NAME_UNRESOLVED),
    (r"timeout|timed.?out|deadline", Outcome.FIRST_TOKEN_TIMEOUT),
    (r"cancel", Outcome.CANCELLED),
    (r"reset|incomplete|remote.?protocol|broken.?pipe|premature", Outcome.RESET_MID_STREAM),
    (r"connect|unreachable", Outcome.CONNECT_FAILED),
    (r"bad.?request|invalid|not.?found|unprocessable|unsupported", Outcome.CLIENT_ERROR),
)
_PATTERNS = tuple((re.compile(words), outcome) for words, outcome in _BY_WORDS)


def failed(span: Span) -> bool:
    """Tell whether a span says that it failed."""
    code = genai.status_code(span)
    return span.status == "ERROR" or bool(error_of(span)) or (code is not None and code >= 400)


def ending(span: Span, http: Span | None = None, *, need_finish: bool = False) -> Outcome:
    """Return how a try ended; `http` is the request below it, `need_finish`: a reason must be told.

    What was not told is no failure, unless it must be.
    """
    seen = [one for one in (span, http) if one is not None]
    if any(failed(one) for one in (seen[:1] if _finished(span) else seen)):
        return _kind_of_failure(seen)
    reasons = {reason.lower() for reason in genai.finish_reasons(span)}
    if reasons & CUT_REASONS:
        return Outcome.RESET_MID_STREAM
    if reasons & FILTERED_REASONS:
        return Outcome.CONTENT_FILTERED
    return Outcome.OK if reasons or not need_finish else Outcome.TRUNCATED


def error_of(span: Span) -> str:
    """Return what kind of error a span names; empty for none."""
    return str(span.attributes.get(ERROR_TYPE) or "")


def _finished(span: Span) -> bool:
    """Tell whether the call says itself that it brought an answer, whatever lies below it."""
    return span.status == "OK" or bool(genai.finish_reasons(span))


def _kind_of_failure(seen: list[Span]) -> Outcome:
    codes = [code for one in seen if (code := genai.status_code(one)) is not None]
    words = [error_of(one) for one in seen]
    codes += [int(word) for word in words if word.isdigit()]
    bad = [code for code in codes if code >= 400]
    if bad:
        by_class = Outcome.SERVER_ERROR if bad[0] >= 500 else Outcome.CLIENT_ERROR
        return _BY_STATUS.get(bad[0], by_class)
    told = " ".join(words).lower()
    found = (outcome for pattern, outcome in _PATTERNS if pattern.search(told))
    return next(found, Outcome.SERVER_ERROR)
