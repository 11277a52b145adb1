"""An outage that ends before it is over."""

from collections.abc import Iterator
from typing import Annotated, ClassVar

from msgspec import Meta

from faults.composition import Composition, How, Part, Share, Stage, outage


class Recovery(Composition, frozen=True, kw_only=True):
    """The endpoint is down, comes back, and still fails now and then for the rest of the time."""

    name: ClassVar[str] = "recovery"
    seen: ClassVar[str] = "Google Cloud, 2025-06-12: us-central1 came back last, with errors left"

    down_part: Part = 0.5
    tail_share: Annotated[Share, Meta(description="of requests that still fail in the tail")] = 0.1
    how: How = "errors"

    def stages(self, at: tuple[str, ...], length_s: float) -> Iterator[Stage]:
        """Yield the outage and its tail, which a client that stays away never meets."""
        down_s = round(length_s * self.down_part, 3)
        yield Stage(name="down", at=at, faults=outage(self.how), duration_s=down_s)
        yield Stage(
            name="tail",
            at=at,
            faults=outage("errors", self.tail_share),
            start_s=down_s,
            duration_s=round(length_s - down_s, 3),
            may_miss=True,
        )
