"""The end is long in coming, although everything was said."""

from typing import Annotated, ClassVar

from msgspec import Meta

from faults.fault import NOT_GRPC, Fault, Protocol
from faults.parameters import Seconds
from faults.phrases import is_event_stream, passed_head
from faults.steps import NEXT, Event, Script, Wait
from providers.dialect import Dialect
from providers.sse import event_data


class LateDone(Fault, frozen=True, kw_only=True):
    """The client has the whole text and its finish reason, and waits for the end of the stream."""

    name: ClassVar[str] = "late_done"
    protocols: ClassVar[frozenset[Protocol]] = NOT_GRPC
    action: ClassVar[str] = "delayed"
    seen: ClassVar[str] = (
        "streams whose `[DONE]` or end lags behind the finish reason, and clients that ask "
        "another provider for an answer that they already have"
    )

    delay_s: Annotated[
        Seconds, Meta(description="before `[DONE]`, or before the end where there is none")
    ]

    def script(self, dialect: Dialect) -> Script:  # noqa: ARG002 - late is the same in each
        """Let everything through, and hold the end once the finish reason was said."""
        head = yield from passed_head()
        if head is None or not is_event_stream(head):
            return
        finished = False
        while True:
            step = yield NEXT
            goes_on = isinstance(step, Event) and event_data(step.data) != b"[DONE]"
            if finished and not goes_on:
                yield Wait(seconds=self.delay_s)
                yield step
                return
            finished = finished or (isinstance(step, Event) and step.finish)
            yield step
            if not isinstance(step, Event):
                return
