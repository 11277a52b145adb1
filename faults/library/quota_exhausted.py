"""A quota runs out under load."""

from typing import Annotated, ClassVar

from msgspec import Meta

from faults.fault import Fault
from faults.gate import Gate, PerWindow
from faults.parameters import Count, RetryAfter, Tokens
from faults.phrases import whole_answer
from faults.steps import Script
from providers.dialect import Dialect


class QuotaExhausted(Fault, frozen=True, kw_only=True):
    """The client gets the provider's own 429 for what is more than a window's quota carries."""

    name: ClassVar[str] = "quota_exhausted"
    aliases: ClassVar[tuple[str, ...]] = ("tokenQuota",)
    action: ClassVar[str] = "answered"
    needs_events: ClassVar[bool] = False
    seen: ClassVar[str] = (
        "a fallback whose quota is smaller than the traffic that a failover brings: Azure "
        "OpenAI's tokens per minute, Vertex AI's requests per minute and model"
    )

    requests: Annotated[
        Count | None, Meta(description="how many a window carries; none: any number")
    ] = None
    tokens: Annotated[
        Tokens | None,
        Meta(
            description="how much prompt a window carries, estimated from the length of the "
            "request; none: any amount"
        ),
    ] = None
    window_s: Annotated[
        float, Meta(ge=0.1, le=86_400, extra={"unit": "s"}, description="slides")
    ] = 60.0
    retry_after_s: Annotated[RetryAfter | None, Meta(description="what the refusal asks for")] = (
        None
    )

    def gate(self) -> Gate | None:
        """Return the quota; what it refuses uses nothing up."""
        return PerWindow(self.requests, self.tokens, self.window_s)

    def script(self, dialect: Dialect) -> Script:
        """Answer instead of the provider."""
        short = "tokens" if self.requests is None and self.tokens is not None else "requests"
        return whole_answer(dialect.refusal(429, retry_after_s=self.retry_after_s, exhausted=short))
