"""The credential's time is up, or it is not the right one."""

from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from faults.fault import Fault
from faults.gate import FirstPass, Gate
from faults.phrases import whole_answer
from faults.steps import Script
from providers.dialect import Dialect


class AuthExpired(Fault, frozen=True, kw_only=True):
    """The client gets the provider's own refusal of its credential."""

    name: ClassVar[str] = "auth_expired"
    aliases: ClassVar[tuple[str, ...]] = ("unauthenticated",)
    action: ClassVar[str] = "answered"
    needs_events: ClassVar[bool] = False
    seen: ClassVar[str] = (
        "Entra and Google access tokens, good for an hour, in clients that fetch one at their "
        "start; Azure's own words for it (Azure-Samples/azure-search-openai-demo #2219)"
    )

    kind: Annotated[
        Literal["token_expired", "key_invalid", "permission_denied"],
        Meta(description="what is wrong with the credential"),
    ] = "token_expired"
    after_n: Annotated[
        int,
        Meta(ge=0, description="how many get through before", extra={"unit": "requests"}),
    ] = 0

    def gate(self) -> Gate | None:
        """Return the count of those that still get through."""
        return FirstPass(self.after_n) if self.after_n else None

    def script(self, dialect: Dialect) -> Script:
        """Answer instead of the provider."""
        if self.kind == "token_expired":
            return whole_answer(dialect.credential_expired())
        return whole_answer(dialect.credential_refused(known=self.kind == "permission_denied"))
