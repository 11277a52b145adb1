"""The way back delivers in small pieces."""

from typing import Annotated, ClassVar, Final

from msgspec import Meta

from faults.circumstances import Circumstances, usual
from faults.fault import Fault
from faults.slicing import piece_size
from faults.steps import NEXT, Event, Script, Wait
from providers.dialect import Dialect

_TICKS_PER_S: Final = 1 << 20
"""Waits are whole ticks of about a microsecond, which add up exactly."""


class Slicer(Fault, frozen=True, kw_only=True):
    """The client gets the body in small pieces, each in a TCP segment of its own, cut anywhere."""

    name: ClassVar[str] = "slicer"
    action: ClassVar[str] = "delayed"
    needs_events: ClassVar[bool] = False
    cuts: ClassVar[bool] = True
    seen: ClassVar[str] = (
        "every network: a read may end within an event, a JSON string or a UTF-8 character; "
        "clients that take one read for one event"
    )

    average_size: Annotated[
        int, Meta(ge=1, le=16_777_216, description="of a piece", extra={"unit": "bytes"})
    ] = 10
    size_variation: Annotated[
        int, Meta(ge=0, le=16_777_216, description="more or less, drawn", extra={"unit": "bytes"})
    ] = 0
    delay_us: Annotated[
        int, Meta(ge=1, le=60_000_000, description="before each piece", extra={"unit": "us"})
    ] = 1000

    def script(self, dialect: Dialect) -> Script:
        """Cut by the dice of nobody in particular."""
        return self.script_in(usual(), dialect)

    def script_in(self, circumstances: Circumstances, dialect: Dialect) -> Script:  # noqa: ARG002 - bytes are bytes
        """Cut by the position in the body, whatever pieces it came in; the head is free."""
        left = 0
        while True:
            step = yield NEXT
            while isinstance(step, Event) and step.data:
                if not left:
                    yield Wait(seconds=round(self.delay_us * _TICKS_PER_S / 1e6) / _TICKS_PER_S)
                    left = piece_size(self.average_size, self.size_variation, circumstances.dice)
                if len(step.data) <= left:
                    left -= len(step.data)
                    break
                rest = Event(data=step.data[left:], tokens=step.tokens, finish=step.finish)
                yield Event(data=step.data[:left], rest=rest)
                step, left = rest, 0
            yield step
