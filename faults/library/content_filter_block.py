"""The content filter catches the prompt, or the answer."""

from typing import Annotated, ClassVar, Final, Literal

from msgspec import Meta

from faults.fault import NOT_GRPC, Fault, Protocol
from faults.phrases import fact_free, is_event_stream, own_event, passed_head, whole_answer
from faults.steps import End, Event, Script
from providers.dialect import Dialect
from providers.edited import at_finish, edited, edited_event, finish

_FILTERED: Final = finish("content_filter")


class ContentFilterBlock(Fault, frozen=True, kw_only=True):
    """The client is refused by the content filter, which should not lead to another provider."""

    name: ClassVar[str] = "content_filter_block"
    protocols: ClassVar[frozenset[Protocol]] = NOT_GRPC
    aliases: ClassVar[tuple[str, ...]] = ("contentFilterBlock",)
    action: ClassVar[str] = "answered"
    seen: ClassVar[str] = (
        "Azure OpenAI's 400 `content_filter` with ResponsibleAIPolicyViolation; Gemini's 200 "
        "with `promptFeedback.blockReason`"
    )

    where: Annotated[
        Literal["prompt", "completion"],
        Meta(
            description="prompt: a refusal (400), or a 200 without candidates where the provider "
            "says it so; completion: a finished answer without content, whose finish reason is the "
            "filter"
        ),
    ] = "prompt"

    def script(self, dialect: Dialect) -> Script:
        """Refuse as the provider does, or say its 200."""
        refusal = dialect.prompt_refused() if self.where == "prompt" else None
        if refusal is not None:
            return whole_answer(refusal)
        return self._in_200(dialect)

    def _in_200(self, dialect: Dialect) -> Script:
        head = yield from passed_head()
        if head is None:
            return
        answer = fact_free(head)
        if self.where == "prompt":
            body = dialect.blocked_body(answer)
            yield Event(data=b"data: " + body + b"\r\n\r\n" if is_event_stream(head) else body)
        elif is_event_stream(head):
            for event in dialect.empty_stream(answer):
                yield own_event(dialect, edited_event(event, at_finish(_FILTERED)))
        else:
            yield Event(data=edited(dialect.empty_body(answer), _FILTERED))
        yield End()
