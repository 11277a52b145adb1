"""The credential's time is up."""

from typing import ClassVar

from faults.fault import Fault
from faults.phrases import whole_answer
from faults.steps import Script
from providers.dialect import Dialect


class AuthExpired(Fault, frozen=True, kw_only=True):
    """The client gets the provider's own 401 for an access token that has expired."""

    name: ClassVar[str] = "auth_expired"
    action: ClassVar[str] = "answered"
    needs_events: ClassVar[bool] = False
    seen: ClassVar[str] = (
        "Entra and Google access tokens, good for an hour, in clients that fetch one at their "
        "start; Azure's own words for it (Azure-Samples/azure-search-openai-demo #2219)"
    )

    def script(self, dialect: Dialect) -> Script:
        """Answer instead of the provider."""
        return whole_answer(dialect.credential_expired())
