"""The provider has nothing to say."""

from email.utils import parsedate_to_datetime
from typing import ClassVar

from faults.fault import Fault
from faults.phrases import is_event_stream, own_event, passed_head
from faults.steps import End, Event, Head, Script
from providers.dialect import Answer, Dialect


class EmptyResponse(Fault, frozen=True, kw_only=True):
    """The client gets a finished answer, stream or not, without any content in it."""

    name: ClassVar[str] = "empty_response"
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
        answer = Answer(response_id="0", created_s=_sent_s(head), prompt_tokens=0, output_tokens=0)
        if is_event_stream(head):
            for event in dialect.empty_stream(answer):
                yield own_event(dialect, event)
        else:
            yield Event(data=dialect.empty_body(answer))
        yield End()


def _sent_s(head: Head) -> int:
    """Return when the provider says it answered, in seconds since the epoch; 0 if it does not."""
    dates = [value for name, value in head.headers if name.lower() == "date"]
    try:
        return int(parsedate_to_datetime(dates[0]).timestamp())
    except (IndexError, ValueError):
        return 0
