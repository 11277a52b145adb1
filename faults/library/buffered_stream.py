"""Something on the way collects the stream before it passes it on."""

from typing import ClassVar

from faults.fault import Fault
from faults.phrases import is_event_stream, passed_head
from faults.steps import NEXT, Event, Script
from providers.dialect import Dialect


class BufferedStream(Fault, frozen=True, kw_only=True):
    """The client gets the head at once and the whole stream in one burst at its end."""

    name: ClassVar[str] = "buffered_stream"
    action: ClassVar[str] = "withheld"
    also_attested: ClassVar[tuple[str, ...]] = ("answered",)
    holds_back: ClassVar[bool] = True
    seen: ClassVar[str] = (
        "proxies that buffer answers unless they are told not to, so that the first token comes "
        "with the last; mitmproxy and xk6-disruptor do so to every stream"
    )

    def script(self, dialect: Dialect) -> Script:  # noqa: ARG002 - bytes are bytes
        """Keep every event until the end, and say them as one."""
        head = yield from passed_head()
        if head is None or not is_event_stream(head):
            return
        kept: list[Event] = []
        while isinstance(step := (yield NEXT), Event):
            kept.append(step)
        if kept:
            yield Event(
                data=b"".join(event.data for event in kept),
                tokens=sum(event.tokens for event in kept),
                finish=any(event.finish for event in kept),
            )
        yield step
