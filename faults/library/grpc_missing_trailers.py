"""The call ends without a status."""

from typing import ClassVar

from faults.fault import Fault, Protocol
from faults.steps import NEXT, End, Script, Trailers
from providers.dialect import Dialect


class GrpcMissingTrailers(Fault, frozen=True, kw_only=True):
    """The client gets every message, and then the end of the stream without any status."""

    name: ClassVar[str] = "grpc_missing_trailers"
    action: ClassVar[str] = "truncated"
    protocols: ClassVar[frozenset[Protocol]] = frozenset({"gRPC"})
    seen: ClassVar[str] = "proxies that speak HTTP/2 and drop trailers, which HTTP seldom has"

    def script(self, dialect: Dialect) -> Script:  # noqa: ARG002 - a hole is one in each
        """End where the status would be."""
        while True:
            step = yield NEXT
            if isinstance(step, Trailers):
                yield End()
                return
            yield step
