"""The provider speaks slowly."""

from typing import Annotated, ClassVar

from msgspec import Meta

from faults.fault import Fault
from faults.layers import ENDINGS
from faults.parameters import Pause
from faults.steps import NEXT, Event, Script, Wait
from providers.dialect import Dialect


class SlowTokens(Fault, frozen=True, kw_only=True):
    """The client gets the first token as it comes, and every later one after another wait."""

    name: ClassVar[str] = "slow_tokens"
    aliases: ClassVar[tuple[str, ...]] = ("chunkedDribbleDelay",)
    action: ClassVar[str] = "delayed"
    seen: ClassVar[str] = (
        "degraded capacity: a stream that drips for 30 s within a read timeout of 2 s, which "
        "counts from byte to byte"
    )

    gap_s: Annotated[Pause, Meta(description="before each event with tokens but the first")]

    def script(self, dialect: Dialect) -> Script:  # noqa: ARG002 - slow is the same in each
        """Wait before each event that brings tokens, the first excepted."""
        began = False
        while True:
            step = yield NEXT
            if isinstance(step, Event) and step.tokens:
                yield Wait(seconds=self.gap_s if began else 0.0)
                began = True
            yield step
            if isinstance(step, ENDINGS):
                return
