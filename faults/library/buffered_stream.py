"""Somebody on the way keeps the stream until it is whole."""

from typing import ClassVar

from faults.fault import Fault
from faults.phrases import is_event_stream, passed_head
from faults.steps import NEXT, Event, Script, Step
from providers.dialect import Dialect


class BufferedStream(Fault, frozen=True, kw_only=True):
    """The client of a stream gets headers at once, and all its events together with the last."""

    name: ClassVar[str] = "buffered_stream"
    aliases: ClassVar[tuple[str, ...]] = ("buffering",)
    action: ClassVar[str] = "withheld"
    holds_back: ClassVar[bool] = True
    seen: ClassVar[str] = (
        "intermediaries that buffer answers, so that the first token is as late as the last: "
        "compressing gateways, mitmproxy by default"
    )

    def script(self, dialect: Dialect) -> Script:  # noqa: ARG002 - whoever buffers reads nothing
        """Take every event before any is said; a body that is no stream passes."""
        head = yield from passed_head()
        if head is None or not is_event_stream(head):
            return
        kept: list[Step] = []
        while not kept or isinstance(kept[-1], Event):
            kept.append((yield NEXT))
        yield from kept
