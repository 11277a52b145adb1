"""The provider refuses with a status of one's choice."""

from typing import Annotated, ClassVar

from msgspec import Meta

from faults.fault import Fault
from faults.parameters import RetryAfter
from faults.phrases import whole_answer
from faults.steps import Script
from providers.dialect import Dialect


class HttpError(Fault, frozen=True, kw_only=True):
    """The client gets an error status with the provider's own error body, at once."""

    name: ClassVar[str] = "http_error"
    aliases: ClassVar[tuple[str, ...]] = ("abort",)
    action: ClassVar[str] = "answered"
    needs_events: ClassVar[bool] = False
    seen: ClassVar[str] = (
        "Google Cloud, 2025-06-12: 503 on API calls in all regions, Vertex AI among them, for hours"
    )

    status: Annotated[int, Meta(ge=400, le=599, description="HTTP status")] = 503
    retry_after_s: Annotated[RetryAfter | None, Meta(description="what the refusal asks for")] = (
        None
    )
    message: Annotated[str | None, Meta(description="instead of the provider's own words")] = None

    def script(self, dialect: Dialect) -> Script:
        """Answer instead of the provider."""
        return whole_answer(
            dialect.refusal(self.status, retry_after_s=self.retry_after_s, message=self.message)
        )
