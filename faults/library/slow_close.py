"""The end of the answer is long in coming."""

from typing import Annotated, ClassVar

from msgspec import Meta

from faults.fault import Fault
from faults.layers import ENDINGS
from faults.parameters import Pause
from faults.steps import NEXT, Script, Wait
from providers.dialect import Dialect


class SlowClose(Fault, frozen=True, kw_only=True):
    """The client has every byte of its answer, and its connection waits for the end."""

    name: ClassVar[str] = "slow_close"
    action: ClassVar[str] = "delayed"
    needs_events: ClassVar[bool] = False
    seen: ClassVar[str] = "connections that go back to a pool late, until the pool has none left"

    delay_s: Annotated[Pause, Meta(description="before the end, however the answer ends")]

    def script(self, dialect: Dialect) -> Script:  # noqa: ARG002 - an end is an end
        """Hold the ending."""
        while True:
            step = yield NEXT
            if isinstance(step, ENDINGS):
                yield Wait(seconds=self.delay_s)
            yield step
