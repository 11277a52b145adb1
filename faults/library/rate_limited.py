"""The provider has no quota left."""

from typing import Annotated, ClassVar

from msgspec import Meta

from faults.fault import Fault
from faults.parameters import RetryAfter
from faults.phrases import whole_answer
from faults.steps import Script
from providers.dialect import Dialect


class RateLimited(Fault, frozen=True, kw_only=True):
    """The client gets the provider's own 429, which asks for a pause only where that one does."""

    name: ClassVar[str] = "rate_limited"
    aliases: ClassVar[tuple[str, ...]] = ("throttle", "too_many_requests")
    action: ClassVar[str] = "answered"
    needs_events: ClassVar[bool] = False
    seen: ClassVar[str] = (
        "Vertex AI's shared quota: RESOURCE_EXHAUSTED without Retry-After "
        "(google-gemini/gemini-cli #14811); Azure OpenAI asking for 24 hours "
        "(Azure/azure-sdk-for-java #42696)"
    )

    retry_after_s: Annotated[RetryAfter | None, Meta(description="what the refusal asks for")] = (
        None
    )

    def script(self, dialect: Dialect) -> Script:
        """Answer instead of the provider."""
        return whole_answer(dialect.refusal(429, retry_after_s=self.retry_after_s))
