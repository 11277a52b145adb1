"""The connection breaks in the middle of the stream."""

from typing import Annotated, ClassVar

from msgspec import Meta

from faults.fault import Fault
from faults.parameters import Tokens
from faults.phrases import until_token
from faults.steps import Reset, Script
from providers.dialect import Dialect


class StreamReset(Fault, frozen=True, kw_only=True):
    """The client's connection is reset (a real TCP RST) in the middle of the stream."""

    name: ClassVar[str] = "stream_reset"
    aliases: ClassVar[tuple[str, ...]] = ("disconnect",)
    action: ClassVar[str] = "reset"
    seen: ClassVar[str] = (
        "load balancers that drain or restart; a gateway whose fallback then gets no request "
        "(BerriAI/litellm #40404)"
    )

    after_tokens: Annotated[Tokens, Meta(description="what the client gets before")] = 0

    def script(self, dialect: Dialect) -> Script:  # noqa: ARG002 - a reset is the same in each
        """Reset instead of saying the next token."""
        if (yield from until_token(self.after_tokens)) is not None:
            yield Reset()
