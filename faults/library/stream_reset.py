"""The connection breaks in the middle of the stream."""

from typing import ClassVar

from faults.positions import Positioned
from faults.steps import Reset, Script
from providers.dialect import Dialect


class StreamReset(Positioned, frozen=True, kw_only=True):
    """The client's connection is reset (a real TCP RST) in the middle of the stream."""

    name: ClassVar[str] = "stream_reset"
    aliases: ClassVar[tuple[str, ...]] = ("disconnect",)
    action: ClassVar[str] = "reset"
    seen: ClassVar[str] = (
        "load balancers that drain or restart; a gateway whose fallback then gets no request "
        "(BerriAI/litellm #40404)"
    )

    def script(self, dialect: Dialect) -> Script:  # noqa: ARG002 - a reset is the same in each
        """Reset instead of what comes next."""
        if (yield from self.found()) is not None:
            yield Reset()
