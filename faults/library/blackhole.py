"""The request disappears."""

import math
from typing import Annotated, ClassVar

from msgspec import Meta

from faults.fault import Fault
from faults.parameters import Seconds
from faults.steps import Close, Script, Wait
from providers.dialect import Dialect


class Blackhole(Fault, frozen=True, kw_only=True):
    """The client's request is accepted and nothing ever comes back, not even headers."""

    name: ClassVar[str] = "blackhole"
    aliases: ClassVar[tuple[str, ...]] = ("hang", "timeout")
    action: ClassVar[str] = "withheld"
    needs_events: ClassVar[bool] = False
    seen: ClassVar[str] = (
        "a gateway's hang of more than 15 minutes while its fallback stood idle "
        "(NousResearch/hermes-agent #22277)"
    )

    hold_s: Annotated[
        Seconds, Meta(description="then the connection is closed without an answer")
    ] = math.inf

    def script(self, dialect: Dialect) -> Script:  # noqa: ARG002 - silence is the same in each
        """Keep silent instead of asking the provider."""
        yield Wait(seconds=self.hold_s)
        yield Close()
