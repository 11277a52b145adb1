"""The provider fails after it said 200."""

from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from faults.fault import NOT_GRPC, Fault, Protocol
from faults.parameters import Tokens
from faults.phrases import is_event_stream, passed_head, until_token
from faults.steps import Close, End, Event, Script
from providers.dialect import Dialect


class StreamErrorEvent(Fault, frozen=True, kw_only=True):
    """The client gets the provider's own error within the answer, after its status was 200."""

    name: ClassVar[str] = "stream_error_event"
    protocols: ClassVar[frozenset[Protocol]] = NOT_GRPC
    action: ClassVar[str] = "answered"
    seen: ClassVar[str] = (
        "Vertex AI's RESOURCE_EXHAUSTED within a stream (googleapis/python-genai #2604), a gateway "
        "whose fallback failed after its 200 (BerriAI/litellm #38610)"
    )

    after_tokens: Annotated[Tokens, Meta(description="what the client gets before")] = 0
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
        """Say the error before the next token, or instead of a body."""
        head = yield from passed_head()
        if head is None:
            return
        end = Close() if self.then == "close" else End()
        if not is_event_stream(head):
            yield Event(data=dialect.refusal(self.status, message=self.message).body)
            yield end
            return
        held = yield from until_token(self.after_tokens)
        if held is not None:
            yield Event(data=dialect.error_event(self.status, message=self.message))
            yield held if self.then == "continue" else end
