"""The provider has nothing to say."""

from typing import ClassVar

from faults.fault import NOT_GRPC, Fault, Protocol
from faults.phrases import fact_free, is_event_stream, own_event, passed_head
from faults.steps import End, Event, Script
from providers.dialect import Dialect


class EmptyResponse(Fault, frozen=True, kw_only=True):
    """The client gets a finished answer, stream or not, without any content in it."""

    name: ClassVar[str] = "empty_response"
    protocols: ClassVar[frozenset[Protocol]] = NOT_GRPC
    aliases: ClassVar[tuple[str, ...]] = ("EMPTY_RESPONSE",)
    action: ClassVar[str] = "answered"
    seen: ClassVar[str] = (
        "Gemini candidates that stop without parts, taken for success (BerriAI/litellm #14655, "
        "#24442); Azure streams that succeed empty (Azure/azure-sdk-for-java #36176)"
    )

    def script(self, dialect: Dialect) -> Script:
        """Let the head pass, and say an empty answer behind it."""
        head = yield from passed_head()
        if head is None:
            return
        answer = fact_free(head)
        if is_event_stream(head):
            for event in dialect.empty_stream(answer):
                yield own_event(dialect, event)
        else:
            yield Event(data=dialect.empty_body(answer))
        yield End()
