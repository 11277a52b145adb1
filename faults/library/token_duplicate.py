"""Pieces of the text come twice."""

from typing import Annotated, ClassVar

from msgspec import Meta

from faults.fault import Fault
from faults.phrases import is_event_stream, passed_head
from faults.steps import NEXT, Event, Script
from providers.dialect import Dialect


class TokenDuplicate(Fault, frozen=True, kw_only=True):
    """The client of a stream gets parts of its text twice, in good form, to its proper end."""

    name: ClassVar[str] = "token_duplicate"
    action: ClassVar[str] = "answered"
    seen: ClassVar[str] = "gateways that deliver a chunk again after they connected anew"

    every: Annotated[
        int,
        Meta(ge=1, description="this many: of each so many events with text the last comes twice"),
    ] = 10

    def script(self, dialect: Dialect) -> Script:  # noqa: ARG002 - twice is twice in each
        """Say events with text once more; those that finish the answer are said once."""
        head = yield from passed_head()
        if head is None or not is_event_stream(head):
            return
        count = 0
        while True:
            step = yield NEXT
            yield step
            if not isinstance(step, Event):
                return
            count += bool(step.tokens)
            if step.tokens and not step.finish and count % self.every == 0:
                yield Event(data=step.data, tokens=step.tokens)
