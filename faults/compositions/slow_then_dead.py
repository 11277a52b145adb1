"""First slow, then silent."""

from collections.abc import Iterator
from typing import Annotated, ClassVar

from msgspec import Meta

from faults.catalog import Reference
from faults.composition import Composition, Drawn, Milliseconds, Part, Stage, outage


class SlowThenDead(Composition, frozen=True, kw_only=True):
    """More and more answers come late, and then none at all, without an error to tell."""

    name: ClassVar[str] = "slow_then_dead"
    seen: ClassVar[str] = "OpenAI, 2024-12-11: a rollout whose harm was hidden for twenty minutes"

    slow_part: Part = 0.5
    latency_ms: Annotated[Milliseconds, Meta(description="of an answer that comes late")] = 3000.0

    def stages(self, at: tuple[str, ...], length_s: float) -> Iterator[Stage]:
        """Yield a slope of lateness, and silence."""
        slow_s = round(length_s * self.slow_part, 3)
        late: Reference = {"latency": {"delay_s": self.latency_ms / 1000}}
        slow = Drawn(inject=late, ramp_s=slow_s)
        yield Stage(name="slow", at=at, faults=(slow,), duration_s=slow_s)
        yield Stage(
            name="dead",
            at=at,
            faults=outage("silence"),
            start_s=slow_s,
            duration_s=round(length_s - slow_s, 3),
        )
