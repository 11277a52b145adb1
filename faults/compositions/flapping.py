"""Down, up, down again."""

from collections.abc import Iterator
from typing import Annotated, ClassVar

from msgspec import Meta

from faults.composition import Composition, How, Stage, outage

Phase = Annotated[float, Meta(ge=0.1, le=3600, extra={"unit": "s"})]
MOST: int = 50
Cycles = Annotated[int, Meta(ge=1, le=MOST)]


class Flapping(Composition, frozen=True, kw_only=True):
    """The endpoint goes down and comes back again and again, as long as it lasts."""

    name: ClassVar[str] = "flapping"
    aliases: ClassVar[tuple[str, ...]] = ("flap",)
    seen: ClassVar[str] = "Cloudflare, 2025-11-18: good or bad by chance every five minutes"

    down_s: Phase = 10.0
    up_s: Phase = 10.0
    cycles: Annotated[Cycles | None, Meta(description="none: as many as it has time for")] = None
    how: How = "errors"

    def stages(self, at: tuple[str, ...], length_s: float) -> Iterator[Stage]:
        """Yield a stage each time that it is down; clients may have learnt from the first."""
        for number in range(self.cycles or MOST):
            start_s = number * (self.down_s + self.up_s)
            if start_s >= length_s:
                return
            yield Stage(
                name=str(number + 1),
                at=at,
                faults=outage(self.how),
                start_s=start_s,
                duration_s=min(self.down_s, length_s - start_s),
                may_miss=number > 0,
            )
