"""The provider does not finish in its own time."""

from typing import Annotated, ClassVar

from msgspec import Meta

from faults.fault import Fault
from faults.parameters import Pause
from faults.phrases import whole_answer
from faults.steps import Script, Wait
from providers.dialect import Dialect


class DeadlineExceeded(Fault, frozen=True, kw_only=True):
    """The client gets the provider's own 504, after it waited for it."""

    name: ClassVar[str] = "deadline_exceeded"
    aliases: ClassVar[tuple[str, ...]] = ("gateway_timeout",)
    action: ClassVar[str] = "answered"
    needs_events: ClassVar[bool] = False
    seen: ClassVar[str] = (
        "Vertex AI's DEADLINE_EXCEEDED, `Deadline expired before operation could complete`"
    )

    after_s: Annotated[
        Pause, Meta(description="silence before it, which is then attested as `delayed`")
    ] = 0.0

    def script(self, dialect: Dialect) -> Script:
        """Wait, and answer instead of the provider."""
        yield Wait(seconds=self.after_s)
        yield from whole_answer(dialect.refusal(504))
