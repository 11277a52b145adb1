"""The provider gives up on the request."""

from typing import Annotated, ClassVar

from msgspec import Meta

from faults.fault import Fault
from faults.parameters import Pause
from faults.phrases import whole_answer
from faults.steps import Script, Wait
from providers.dialect import Dialect


class RequestTimeout(Fault, frozen=True, kw_only=True):
    """The client gets the provider's own 408, after it waited for it."""

    name: ClassVar[str] = "request_timeout"
    aliases: ClassVar[tuple[str, ...]] = ("408",)
    action: ClassVar[str] = "answered"
    needs_events: ClassVar[bool] = False
    seen: ClassVar[str] = "Azure OpenAI's 408, `The operation was timeout`"

    after_s: Annotated[
        Pause, Meta(description="silence before it, which is then attested as `delayed`")
    ] = 0.0

    def script(self, dialect: Dialect) -> Script:
        """Wait, and answer instead of the provider."""
        yield Wait(seconds=self.after_s)
        yield from whole_answer(dialect.refusal(408))
