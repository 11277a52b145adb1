"""The answer itself takes its time to begin."""

from typing import Annotated, ClassVar

from msgspec import Meta

from faults.fault import Fault
from faults.parameters import Seconds
from faults.steps import NEXT, Script, Wait
from providers.dialect import Dialect


class SlowHeaders(Fault, frozen=True, kw_only=True):
    """The client waits longer for the status line, while the provider is already at work."""

    name: ClassVar[str] = "slow_headers"
    aliases: ClassVar[tuple[str, ...]] = ("response_delay",)
    action: ClassVar[str] = "delayed"
    needs_events: ClassVar[bool] = False
    seen: ClassVar[str] = (
        "requests that queue before admission; responses of a reasoning model behind a "
        "buffering gateway"
    )

    delay_s: Annotated[Seconds, Meta(description="between the provider's head and the client's")]

    def script(self, dialect: Dialect) -> Script:  # noqa: ARG002 - slow is the same in each
        """Ask at once, and hold the head."""
        head = yield NEXT
        yield Wait(seconds=self.delay_s)
        yield head
