"""The provider has no capacity left for a while."""

from typing import Annotated, ClassVar

from msgspec import Meta

from faults.fault import Fault
from faults.phrases import whole_answer
from faults.steps import Script
from providers.dialect import Dialect


class Overloaded(Fault, frozen=True, kw_only=True):
    """The client is told at once that the model is overloaded, in the provider's own words."""

    name: ClassVar[str] = "overloaded"
    aliases: ClassVar[tuple[str, ...]] = ("unavailable", "overloaded_error")
    action: ClassVar[str] = "answered"
    needs_events: ClassVar[bool] = False
    seen: ClassVar[str] = (
        "Vertex AI's 503 UNAVAILABLE, `The model is overloaded` (google-gemini/gemini-cli "
        "#4597, googleapis/python-genai #1373); Azure OpenAI's high demand"
    )

    status: Annotated[
        int, Meta(ge=500, le=599, description="HTTP status; some gateways and providers say 529")
    ] = 503
    message: Annotated[str | None, Meta(description="instead of the provider's own words")] = None

    def script(self, dialect: Dialect) -> Script:
        """Answer instead of the provider."""
        words = self.message or dialect.overloaded_message
        return whole_answer(dialect.refusal(self.status, message=words))
