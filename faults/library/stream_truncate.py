"""The stream ends too early, and in good form."""

from typing import ClassVar

from faults.positions import Positioned
from faults.steps import End, Script
from providers.dialect import Dialect


class StreamTruncate(Positioned, frozen=True, kw_only=True):
    """The client's stream ends well-formed but early: no finish reason, no usage, no `[DONE]`."""

    name: ClassVar[str] = "stream_truncate"
    aliases: ClassVar[tuple[str, ...]] = ("truncate",)
    action: ClassVar[str] = "truncated"
    seen: ClassVar[str] = (
        "Gemini streams that end without a finish reason and are taken for complete "
        "(SamSaffron/term-llm #954)"
    )

    def script(self, dialect: Dialect) -> Script:  # noqa: ARG002 - no dialect has a word for it
        """End instead of saying what comes next."""
        if (yield from self.found()) is not None:
            yield End()
