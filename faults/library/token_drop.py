"""Pieces of the text are missing."""

from typing import Annotated, ClassVar

from msgspec import Meta

from faults.fault import Fault
from faults.phrases import changed_events, is_event_stream, passed_head
from faults.steps import Event, Script
from providers.dialect import Dialect


class TokenDrop(Fault, frozen=True, kw_only=True):
    """The client of a stream gets a text with holes, in good form, to its proper end."""

    name: ClassVar[str] = "token_drop"
    action: ClassVar[str] = "withheld"
    seen: ClassVar[str] = (
        "proxies that drop chunks, unnoticed by every client (NVIDIA/OpenShell #829)"
    )

    every: Annotated[
        int,
        Meta(ge=1, description="this many: of each so many events with text the last is left out"),
    ] = 10

    def script(self, dialect: Dialect) -> Script:  # noqa: ARG002 - a hole is one in each
        """Leave events with text out; those that finish the answer stay."""
        head = yield from passed_head()
        if head is None or not is_event_stream(head):
            return
        count = 0

        def change(event: Event) -> Event | None:
            nonlocal count
            count += bool(event.tokens)
            return None if event.tokens and not event.finish and count % self.every == 0 else event

        yield from changed_events(change)
