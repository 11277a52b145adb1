"""The stream is kept alive, and says nothing."""

import math
from typing import Annotated, ClassVar

from msgspec import Meta

from faults.fault import NOT_GRPC, Fault, Protocol
from faults.parameters import Interval, Pause
from faults.phrases import is_event_stream, passed_head
from faults.steps import Event, Script, Wait
from providers.dialect import Dialect

_COMMENT = Event(data=b": keep-alive\n\n")


class KeepAliveOnly(Fault, frozen=True, kw_only=True):
    """The client of a stream gets headers and then comments, but no token until they end."""

    name: ClassVar[str] = "keep_alive_only"
    protocols: ClassVar[frozenset[Protocol]] = NOT_GRPC
    aliases: ClassVar[tuple[str, ...]] = ("heartbeat_only",)
    action: ClassVar[str] = "answered"
    seen: ClassVar[str] = (
        "OpenRouter's comments while a model is queued; a gateway whose stream timeout they kept "
        "from firing, so that its fallback was never asked"
    )

    interval_s: Annotated[Interval, Meta(description="between comments")] = 1.0
    seconds: Annotated[
        Pause, Meta(description="how long, whatever the window; then the rest comes")
    ] = 600.0

    def script(self, dialect: Dialect) -> Script:  # noqa: ARG002 - comments belong to the format
        """Say comments behind the head; nothing is taken from the provider meanwhile."""
        head = yield from passed_head()
        if head is None or not is_event_stream(head):
            return
        comments = math.ceil(self.seconds / self.interval_s)
        for said in range(comments):
            yield _COMMENT
            yield Wait(seconds=min(self.interval_s, self.seconds - said * self.interval_s))
