"""The dialect of gRPC services whose messages nobody here can read: how any of them refuses."""

from typing import ClassVar

from providers.dialect import Asked, Delta, Dialect, HttpAnswer
from providers.grpc import NAMES, Details, status_for, status_proto, trailers_only

_KNOWN_WORDS = {
    7: "The caller does not have permission",
    8: "Resource has been exhausted",
    14: "The service is currently unavailable.",
    16: "Request had invalid authentication credentials.",
}


class GrpcDialect(Dialect, frozen=True, kw_only=True):
    """Refuses with a status in trailers of its own; of answers it reads nothing."""

    name: ClassVar[str] = "grpc"
    provider: ClassVar[str] = "grpc"
    credential_variable: ClassVar[str] = ""
    overloaded_message: ClassVar[str] = "The server is overloaded."

    def read_event(self, data: bytes) -> Delta:  # noqa: ARG002 - messages are opaque
        """Read nothing: a message is a message."""
        return Delta()

    def refusal(
        self,
        status: int,
        *,
        retry_after_s: float | None = None,
        message: str | None = None,
        exhausted: str = "",
        asked: Asked | None = None,  # noqa: ARG002 - refuses all alike
    ) -> HttpAnswer:
        """Return the status that stands for an HTTP status; a wait is a RetryInfo."""
        code = status_for(status)
        words = message or _KNOWN_WORDS.get(code) or NAMES[code].replace("_", " ").lower()
        details = status_proto(code, words, Details(retry_after_s, exhausted))
        return HttpAnswer(status=200, headers=trailers_only(code, words, details))

    def credential_expired(self) -> HttpAnswer:
        """Return UNAUTHENTICATED with the reason that Google's APIs give."""
        words = _KNOWN_WORDS[16]
        why = Details(reason="ACCESS_TOKEN_EXPIRED", domain="googleapis.com")
        told = status_proto(16, words, why)
        return HttpAnswer(status=200, headers=trailers_only(16, words, told))
