"""Somebody on the way lets only so much through."""

from typing import Annotated, ClassVar

from msgspec import Meta

from faults.fault import Fault
from faults.steps import NEXT, Close, Event, Script
from providers.dialect import Dialect


class LimitData(Fault, frozen=True, kw_only=True):
    """The client gets so many bytes of the body, and then the connection is closed under it."""

    name: ClassVar[str] = "limit_data"
    action: ClassVar[str] = "truncated"
    needs_events: ClassVar[bool] = False
    cuts: ClassVar[bool] = True
    seen: ClassVar[str] = "proxies with a cap on what an answer may hold"

    limit_bytes: Annotated[
        int, Meta(ge=0, description="of the body; a shorter one passes", extra={"unit": "bytes"})
    ]

    def script(self, dialect: Dialect) -> Script:  # noqa: ARG002 - bytes are bytes
        """Pass bytes on up to the limit; one more closes the connection."""
        left = self.limit_bytes
        while True:
            step = yield NEXT
            if isinstance(step, Event) and len(step.data) > left:
                if left:
                    yield Event(data=step.data[:left], rest=Event(data=step.data[left:]))
                yield Close()
                return
            if isinstance(step, Event):
                left -= len(step.data)
            yield step
