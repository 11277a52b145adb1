"""The stream falls silent."""

import math
from typing import Annotated, ClassVar

from msgspec import Meta

from faults.fault import Fault
from faults.parameters import Seconds, Tokens
from faults.phrases import until_token
from faults.steps import Script, Wait
from providers.dialect import Dialect


class StreamStall(Fault, frozen=True, kw_only=True):
    """The client's stream falls silent with the connection open, and goes on if it ever does."""

    name: ClassVar[str] = "stream_stall"
    aliases: ClassVar[tuple[str, ...]] = ("stall",)
    action: ClassVar[str] = "withheld"
    seen: ClassVar[str] = (
        "Azure OpenAI streams that freeze without an exception "
        "(Azure/azure-sdk-for-js #26561, openai/openai-python #2319)"
    )

    after_tokens: Annotated[Tokens, Meta(description="what the client gets before")] = 0
    seconds: Annotated[Seconds, Meta(description="how long the silence lasts")] = math.inf

    def script(self, dialect: Dialect) -> Script:  # noqa: ARG002 - silence is the same in each
        """Fall silent before the next token."""
        held = yield from until_token(self.after_tokens)
        if held is not None:
            yield Wait(seconds=self.seconds)
            yield held
