"""The service ends the call with a status."""

from typing import Annotated, ClassVar

from msgspec import Meta

from faults.fault import Fault, Protocol
from faults.parameters import Messages, RetryAfter
from faults.positions import until_token
from faults.steps import End, Head, Script, Trailers
from providers.dialect import Dialect
from providers.grpc import (
    CONTENT_TYPE,
    UNAVAILABLE,
    Details,
    status_fields,
    status_proto,
    trailers_only,
)


class GrpcStatus(Fault, frozen=True, kw_only=True):
    """The client's call ends with a status: at once, or behind some messages of the stream."""

    name: ClassVar[str] = "grpc_status"
    aliases: ClassVar[tuple[str, ...]] = ("grpc_stream_error_after_messages", "grpc_trailers_only")
    action: ClassVar[str] = "answered"
    protocols: ClassVar[frozenset[Protocol]] = frozenset({"gRPC"})
    seen: ClassVar[str] = (
        "UNAVAILABLE and RESOURCE_EXHAUSTED of Google's APIs under load; servers of models that "
        "fail in the middle of a stream"
    )

    code: Annotated[int, Meta(ge=1, le=16, description="the status; 14 is UNAVAILABLE")] = (
        UNAVAILABLE
    )
    message: Annotated[str, Meta(description="in the status's own words")] = ""
    retry_delay_s: Annotated[
        RetryAfter | None, Meta(description="a RetryInfo: what the client is asked to wait")
    ] = None
    quota: Annotated[str, Meta(description="a QuotaFailure: whose quota is used up")] = ""
    reason: Annotated[str, Meta(description="an ErrorInfo: why, as SERVICE_DISABLED")] = ""
    domain: Annotated[str, Meta(description="whose reason it is")] = "googleapis.com"
    after_messages: Annotated[
        Messages | None,
        Meta(description="which the client gets before; none: the service is not asked"),
    ] = None
    trailers_only: Annotated[
        bool, Meta(description="without a service to ask: no head before the status")
    ] = True

    def script(self, dialect: Dialect) -> Script:  # noqa: ARG002 - a status is one in each
        """End the call instead of the service, or for it."""
        details = Details(self.retry_delay_s, self.quota, self.reason, self.domain)
        told = self.code, self.message, status_proto(self.code, self.message, details)
        if self.after_messages is None and self.trailers_only:
            yield Head(status=200, headers=trailers_only(*told))
            yield End()
            return
        if self.after_messages is None:
            yield Head(status=200, headers=(("content-type", CONTENT_TYPE),))
        elif (yield from until_token(self.after_messages)) is None:
            return
        yield Trailers(headers=status_fields(*told))
        yield End()
