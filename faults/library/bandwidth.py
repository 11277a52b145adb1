"""The way back is narrow."""

from typing import Annotated, ClassVar, Final

from msgspec import Meta

from faults.fault import Fault
from faults.steps import NEXT, Event, Script, Wait
from providers.dialect import Dialect

_TICKS_PER_S: Final = 1024
"""Waits are whole ticks, which add up exactly, however a body is cut into pieces."""


class Bandwidth(Fault, frozen=True, kw_only=True):
    """The client gets the body of its answer no faster than so many bytes a second."""

    name: ClassVar[str] = "bandwidth"
    aliases: ClassVar[tuple[str, ...]] = ("response_rate_limit",)
    action: ClassVar[str] = "delayed"
    needs_events: ClassVar[bool] = False
    seen: ClassVar[str] = "saturated egress, and links that many answers share"

    rate_kb_per_s: Annotated[
        float,
        Meta(ge=0.25, le=1e6, description="1,000 bytes each", extra={"unit": "kB/s"}),
    ]

    def script(self, dialect: Dialect) -> Script:  # noqa: ARG002 - bytes are bytes
        """Wait before each piece for as long as its bytes take; the head is free."""
        passed, waited = 0, 0
        while True:
            step = yield NEXT
            if isinstance(step, Event):
                passed += len(step.data)
                due = int(passed * _TICKS_PER_S / (self.rate_kb_per_s * 1000))
                yield Wait(seconds=(due - waited) / _TICKS_PER_S)
                waited = due
            yield step
