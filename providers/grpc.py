"""gRPC over HTTP/2 for any service, without its descriptors: messages, statuses, trailers. Pure.

Format: https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md. Which status stands for
which HTTP status: as Google's APIs map them (`google/rpc/code.proto`).
"""

import base64
import re
from typing import Final, NamedTuple
from urllib.parse import quote

Headers = tuple[tuple[str, str], ...]

CONTENT_TYPE: Final = "application/grpc"
UNAVAILABLE: Final = 14

NAMES: Final = (
    "OK",
    "CANCELLED",
    "UNKNOWN",
    "INVALID_ARGUMENT",
    "DEADLINE_EXCEEDED",
    "NOT_FOUND",
    "ALREADY_EXISTS",
    "PERMISSION_DENIED",
    "RESOURCE_EXHAUSTED",
    "FAILED_PRECONDITION",
    "ABORTED",
    "OUT_OF_RANGE",
    "UNIMPLEMENTED",
    "INTERNAL",
    "UNAVAILABLE",
    "DATA_LOSS",
    "UNAUTHENTICATED",
)
"""The statuses, each at its own number."""

_BY_HTTP_STATUS: Final = {
    400: 3,
    401: 16,
    403: 7,
    404: 5,
    408: 4,
    409: 10,
    429: 8,
    499: 1,
    500: 13,
    501: 12,
    503: 14,
    504: 4,
}
_HTTP_STATUSES: Final = (
    200, 499, 500, 400, 504, 404, 409, 403, 429, 400, 409, 400, 501, 500, 503, 500, 401,
)  # fmt: skip
PREFIX_BYTES: Final = 5


def is_grpc(content_type: str) -> bool:
    """Tell whether a body of this content type is gRPC messages."""
    return content_type.lower().startswith(CONTENT_TYPE)


def status_for(http_status: int) -> int:
    """Return the gRPC status that stands for an HTTP status."""
    return _BY_HTTP_STATUS.get(http_status, 14 if http_status >= 500 else 9)


def http_status_for(code: int) -> int:
    """Return the HTTP status that a gRPC status stands for (`google/rpc/code.proto`)."""
    return _HTTP_STATUSES[code] if 0 <= code < len(_HTTP_STATUSES) else 500


def message_bytes(payload: bytes) -> bytes:
    """Frame one message, not compressed."""
    return b"\0" + len(payload).to_bytes(4, "big") + payload


class MessageSplitter:
    """Cuts a body into whole messages, each with its prefix, whatever pieces it comes in."""

    def __init__(self) -> None:
        self._held = bytearray()

    def feed(self, data: bytes) -> list[bytes]:
        """Take a piece; return the messages that it completes."""
        self._held += data
        found: list[bytes] = []
        while len(self._held) >= PREFIX_BYTES:
            size = PREFIX_BYTES + int.from_bytes(self._held[1:PREFIX_BYTES], "big")
            if len(self._held) < size:
                break
            found.append(bytes(self._held[:size]))
            del self._held[:size]
        return found

    def rest(self) -> bytes:
        """Return what is left of a message that never came whole."""
        left = bytes(self._held)
        self._held.clear()
        return left


def status_fields(code: int, message: str = "", details: bytes = b"") -> Headers:
    """Return what trailers say of an ending; `details` is a whole `google.rpc.Status`, encoded."""
    fields = [("grpc-status", str(code))]
    if message:
        # Percent-encoded beyond visible ASCII, the percent sign too.
        fields.append(("grpc-message", quote(message, safe=_UNQUOTED)))
    if details:
        told = base64.b64encode(details).decode().rstrip("=")
        fields.append(("grpc-status-details-bin", told))
    return tuple(fields)


_UNQUOTED = re.sub(r"[A-Za-z0-9_.~%-]", "", "".join(map(chr, range(0x20, 0x7F))))


def trailers_only(code: int, message: str = "", details: bytes = b"") -> Headers:
    """Return the head of an answer that is nothing but a status."""
    return (("content-type", CONTENT_TYPE), *status_fields(code, message, details))


class Status(NamedTuple):
    """How a call ended, as its client is told; the wait that it was asked for, if any.

    `http_status`: gRPC's own is 200; where it is another, that stands for the status.
    """

    code: int
    message: str = ""
    retry_after_s: float | None = None
    http_status: int = 200

    @property
    def name(self) -> str:
        """The status by its name."""
        return NAMES[self.code] if 0 <= self.code < len(NAMES) else "UNKNOWN"


class Details(NamedTuple):
    """What a status adds: a RetryInfo, a QuotaFailure, an ErrorInfo; each if it says something."""

    retry_delay_s: float | None = None
    quota: str = ""
    reason: str = ""
    domain: str = ""


def status_proto(code: int, message: str, told: Details) -> bytes:
    """Encode a `google.rpc.Status` with details; b"" where there are none."""
    if told.retry_delay_s is None and not (told.quota or told.reason):
        return b""
    # Where nobody asks for details, protobuf is not loaded.
    from google.protobuf.duration_pb2 import Duration  # noqa: PLC0415 - see above
    from google.rpc import error_details_pb2, status_pb2  # noqa: PLC0415 - see above

    status = status_pb2.Status(code=code, message=message)
    if told.retry_delay_s is not None:
        delay = Duration()
        delay.FromNanoseconds(round(told.retry_delay_s * 1e9))
        status.details.add().Pack(error_details_pb2.RetryInfo(retry_delay=delay))
    if told.quota:
        failure = error_details_pb2.QuotaFailure()
        failure.violations.add(subject=told.quota, description=message)
        status.details.add().Pack(failure)
    if told.reason:
        info = error_details_pb2.ErrorInfo(reason=told.reason, domain=told.domain)
        status.details.add().Pack(info)
    encoded: bytes = status.SerializeToString()
    return encoded


def retry_delay_s(details: bytes) -> float | None:
    """Return the wait that an encoded `google.rpc.Status` asks for by a RetryInfo, if it does."""
    from google.protobuf.message import DecodeError  # noqa: PLC0415 - as above
    from google.rpc import error_details_pb2, status_pb2  # noqa: PLC0415 - as above

    info = error_details_pb2.RetryInfo()
    try:
        for detail in status_pb2.Status.FromString(details).details:
            if detail.Unpack(info):
                return float(info.retry_delay.ToNanoseconds() / 1e9)
    except DecodeError:
        return None
    return None
