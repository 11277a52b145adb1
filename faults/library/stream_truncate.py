"""The stream ends too early, and in good form."""

from typing import Annotated, ClassVar

from msgspec import Meta

from faults.fault import Fault
from faults.parameters import Tokens
from faults.phrases import until_token
from faults.steps import End, Script
from providers.dialect import Dialect


class StreamTruncate(Fault, frozen=True, kw_only=True):
    """The client's stream ends well-formed but early: no finish reason, no usage, no `[DONE]`."""

    name: ClassVar[str] = "stream_truncate"
    aliases: ClassVar[tuple[str, ...]] = ("truncate",)
    action: ClassVar[str] = "truncated"
    seen: ClassVar[str] = (
        "Gemini streams that end without a finish reason and are taken for complete "
        "(SamSaffron/term-llm #954)"
    )

    after_tokens: Annotated[Tokens, Meta(description="what the client gets before")] = 0

    def script(self, dialect: Dialect) -> Script:  # noqa: ARG002 - no dialect has a word for it
        """End instead of saying the next token."""
        if (yield from until_token(self.after_tokens)) is not None:
            yield End()
