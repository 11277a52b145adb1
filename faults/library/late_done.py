"""All is said, and the end of the stream is not told."""

from typing import Annotated, ClassVar

from msgspec import Meta

from faults.fault import Fault
from faults.layers import ENDINGS
from faults.parameters import Pause
from faults.steps import NEXT, Event, Script, Wait
from providers.dialect import Dialect


class LateDone(Fault, frozen=True, kw_only=True):
    """The client of a stream has its whole text in time; what follows the finish reason is late."""

    name: ClassVar[str] = "late_done"
    action: ClassVar[str] = "delayed"
    seen: ClassVar[str] = (
        "usage and `[DONE]` that come seconds after the last token; the answer is complete, so "
        "nothing is to fail over"
    )

    delay_s: Annotated[Pause, Meta(description="between the finish reason and what follows it")]

    def script(self, dialect: Dialect) -> Script:  # noqa: ARG002 - events tell that they finish
        """Wait once, behind the event with the finish reason."""
        step = yield NEXT
        while not (isinstance(step, ENDINGS) or (isinstance(step, Event) and step.finish)):
            yield step
            step = yield NEXT
        yield step
        if isinstance(step, Event):
            rest = yield NEXT
            yield Wait(seconds=self.delay_s)
            yield rest
