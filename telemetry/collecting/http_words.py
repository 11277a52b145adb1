"""OTLP over HTTP: which request is one, and how it is answered. Pure.

Format: opentelemetry.io/docs/specs/otlp, "OTLP/HTTP": the answer is in the request's encoding, a
refusal is a `google.rpc.Status`.
"""

import math
from collections.abc import Mapping
from http import HTTPStatus

import msgspec

from telemetry.collecting.intake import Encoding
from telemetry.collecting.limits import Limits
from telemetry.collecting.refusal import RefusedError, Taken, malformed, too_large
from telemetry.collecting.unpacking import check_coding
from telemetry.collecting.words import response, status

PATH = "/v1/traces"
CONTENT_TYPES: Mapping[str, Encoding] = {
    "application/x-protobuf": "protobuf",
    "application/json": "json",
}
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
_SAID_AS = {encoding: name for name, encoding in CONTENT_TYPES.items()}

Headers = Mapping[str, str]
"""By lower-case name."""


def encoding_of(headers: Headers) -> Encoding | None:
    """Return what a body is written in, None for what is not read."""
    named = headers.get("content-type", "").partition(";")[0].strip().lower()
    return CONTENT_TYPES.get(named)


def coding_of(headers: Headers) -> str:
    """Return the content coding, empty for none."""
    return headers.get("content-encoding", "").strip().lower()


def check_head(method: str, target: str, headers: Headers, limits: Limits) -> None:
    """Raise RefusedError for a request whose body need not be read."""
    if target.partition("?")[0] != PATH:
        raise RefusedError(404, f"only {PATH} is taken here")
    if method != "POST":
        raise RefusedError(405, f"{PATH} takes POST")
    if encoding_of(headers) is None:
        raise RefusedError(415, f"the content type is one of {', '.join(CONTENT_TYPES)}")
    check_coding(coding_of(headers))
    length = headers.get("content-length", "0")
    if not length.isdigit():
        raise malformed("the content length is no number")
    if int(length) > limits.body_bytes:
        raise too_large(f"more than {limits.body_bytes} bytes")


def answer(taken: Taken, encoding: Encoding) -> bytes:
    """Return the whole answer to a request that was taken."""
    if encoding == "protobuf":
        return _written(200, response(taken), encoding)
    rejected = {"rejectedSpans": str(taken.refused), "errorMessage": taken.reason}
    body = msgspec.json.encode({"partialSuccess": rejected} if taken.refused else {})
    return _written(200, body, encoding)


def refusal_answer(refusal: RefusedError, encoding: Encoding | None, *, close: bool) -> bytes:
    """Return the whole answer to a request that was refused; JSON where it has no encoding."""
    headers = ["Connection: close"] if close else []
    if refusal.retry_after_s is not None:
        headers.append(f"Retry-After: {max(1, math.ceil(refusal.retry_after_s))}")
    if refusal.status == HTTPStatus.METHOD_NOT_ALLOWED:
        headers.append("Allow: POST")
    if encoding == "protobuf":
        body = status(refusal)
    else:
        body = msgspec.json.encode({"code": refusal.grpc_code, "message": refusal.message})
    return _written(refusal.status, body, encoding or "json", *headers)


def _written(status: int, body: bytes, encoding: Encoding, *headers: str) -> bytes:
    lines = [
        f"HTTP/1.1 {status} {HTTPStatus(status).phrase}",
        f"Content-Type: {_SAID_AS[encoding]}",
        f"Content-Length: {len(body)}",
        *headers,
    ]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1") + body
