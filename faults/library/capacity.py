"""There is room for only so many at once."""

from typing import Annotated, ClassVar

from msgspec import Meta

from faults.fault import Fault
from faults.gate import AtOnce, Gate
from faults.phrases import whole_answer
from faults.steps import Script
from providers.dialect import Dialect


class Capacity(Fault, frozen=True, kw_only=True):
    """The client is told of overload while too many requests are under way at its endpoint."""

    name: ClassVar[str] = "capacity"
    aliases: ClassVar[tuple[str, ...]] = ("max_concurrency",)
    action: ClassVar[str] = "answered"
    needs_events: ClassVar[bool] = False
    seen: ClassVar[str] = (
        "the shared pool behind Azure OpenAI's pay-as-you-go and Vertex AI's dynamic shared "
        "quota, squeezed when everybody fails over at once"
    )

    concurrent: Annotated[
        int,
        Meta(ge=0, description="how many requests there is room for", extra={"unit": "at once"}),
    ] = 8
    status: Annotated[int, Meta(ge=400, le=599, description="HTTP status of the refusal")] = 503

    def gate(self) -> Gate | None:
        """Return the room that there is."""
        return AtOnce(self.concurrent)

    def script(self, dialect: Dialect) -> Script:
        """Answer instead of the provider."""
        words = dialect.overloaded_message if self.status >= 500 else None
        return whole_answer(dialect.refusal(self.status, message=words))
