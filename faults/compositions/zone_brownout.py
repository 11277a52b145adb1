"""Things get worse, and never bad enough to be called down."""

from collections.abc import Iterator
from typing import Annotated, ClassVar

from msgspec import Meta

from faults.composition import Composition, Drawn, Milliseconds, Share, Stage


class ZoneBrownout(Composition, frozen=True, kw_only=True):
    """Errors and waits both become more from nothing, all the time that it lasts."""

    name: ClassVar[str] = "zone_brownout"
    aliases: ClassVar[tuple[str, ...]] = ("brownout",)
    seen: ClassVar[str] = "OpenAI, 2025-06-10: errors at 5 %, then at 25 %, for hours"

    error_share: Annotated[Share, Meta(description="of requests that are refused at the end")] = 0.3
    slow_share: Annotated[Share, Meta(description="of the others that wait at the end")] = 0.5
    latency_ms: Milliseconds = 2000.0

    def stages(self, at: tuple[str, ...], length_s: float) -> Iterator[Stage]:
        """Yield one stage with two slopes."""
        slow = Drawn(
            inject={"latency": {"delay_s": self.latency_ms / 1000}},
            share=self.slow_share,
            ramp_s=length_s,
        )
        wrong = Drawn(inject={"overloaded": {}}, share=self.error_share, ramp_s=length_s)
        yield Stage(at=at, faults=(wrong, slow), duration_s=length_s)
