"""The provider fails after it said 200."""

from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from faults.fault import NOT_GRPC, Protocol
from faults.phrases import is_event_stream
from faults.positions import Positioned
from faults.steps import Close, End, Event, Script
from providers.dialect import Dialect


class StreamErrorEvent(Positioned, frozen=True, kw_only=True):
    """The client gets the provider's own error within the answer, after its status was 200."""

    name: ClassVar[str] = "stream_error_event"
    protocols: ClassVar[frozenset[Protocol]] = NOT_GRPC
    action: ClassVar[str] = "answered"
    seen: ClassVar[str] = (
        "Vertex AI's RESOURCE_EXHAUSTED within a stream (googleapis/python-genai #2604), a gateway "
        "whose fallback failed after its 200 (BerriAI/litellm #38610)"
    )

    status: Annotated[
        int,
        Meta(
            ge=400,
            le=599,
            description="whose refusal is told, as an event or, where the "
            "answer is no stream, as its body",
        ),
    ] = 500
    message: Annotated[str | None, Meta(description="instead of the provider's own words")] = None
    then: Annotated[
        Literal["end", "close", "continue"],
        Meta(
            description="end: the stream ends well-formed behind it; close: the connection closes "
            "before the end that its framing promises; continue: the stream goes on"
        ),
    ] = "end"

    def script(self, dialect: Dialect) -> Script:
        """Say the error before what comes next, or instead of a body."""
        found = yield from self.found()
        if found is None:
            return
        end = Close() if self.then == "close" else End()
        if not is_event_stream(found.head):
            yield Event(data=dialect.refusal(self.status, message=self.message).body)
            yield end
            return
        yield Event(data=dialect.error_event(self.status, message=self.message))
        yield found.held if self.then == "continue" else end
