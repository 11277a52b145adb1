"""The provider says 200 and means an error."""

from typing import Annotated, ClassVar

import msgspec
from msgspec import Meta

from faults.fault import NOT_GRPC, Fault, Protocol
from faults.phrases import whole_answer
from faults.steps import Script
from providers.dialect import Dialect


class ErrorIn200(Fault, frozen=True, kw_only=True):
    """The client gets status 200 with the provider's error body in place of an answer."""

    name: ClassVar[str] = "error_in_200"
    protocols: ClassVar[frozenset[Protocol]] = NOT_GRPC
    action: ClassVar[str] = "answered"
    needs_events: ClassVar[bool] = False
    seen: ClassVar[str] = (
        "a 200 with an error for a body (Azure/azure-sdk-for-net #44135); a gateway's 200 "
        "that says `Network connection lost.` and defeats retries (Portkey-AI/gateway #267)"
    )

    status: Annotated[int, Meta(ge=400, le=599, description="whose error body it is")] = 500
    message: Annotated[str | None, Meta(description="instead of the provider's own words")] = None

    def script(self, dialect: Dialect) -> Script:
        """Answer instead of the provider."""
        refusal = dialect.refusal(self.status, message=self.message)
        return whole_answer(msgspec.structs.replace(refusal, status=200))
