"""The way to the provider is long."""

from typing import Annotated, ClassVar

from msgspec import Meta

from faults.fault import Fault
from faults.parameters import Seconds
from faults.steps import Script, Wait
from providers.dialect import Dialect


class AddedLatency(Fault, frozen=True, kw_only=True):
    """The client waits longer for everything: its request is held back, and then answered."""

    name: ClassVar[str] = "latency"
    aliases: ClassVar[tuple[str, ...]] = ("delay",)
    action: ClassVar[str] = "delayed"
    needs_events: ClassVar[bool] = False
    seen: ClassVar[str] = (
        "congested links and regions; a gateway whose timeout for one provider left none for the "
        "other (ReflexioAI/reflexio #176)"
    )

    delay_s: Annotated[Seconds, Meta(description="added before the request goes on")]

    def script(self, dialect: Dialect) -> Script:  # noqa: ARG002 - a way is as long for each
        """Hold the request back; the whole answer passes."""
        yield Wait(seconds=self.delay_s)
