"""Regions of a provider go down, one after the other or at once."""

from collections.abc import Iterator
from typing import Annotated, ClassVar

from msgspec import Meta

from faults.composition import Composition, How, Stage, outage
from faults.parameters import Seconds


class RegionOutage(Composition, frozen=True, kw_only=True):
    """Regions of a provider are down while its others work; with `apart_s` one after the other."""

    name: ClassVar[str] = "region_outage"
    aliases: ClassVar[tuple[str, ...]] = ("zone_outage",)
    seen: ClassVar[str] = "Azure OpenAI, 2024-07-13: back ends deleted region after region"

    how: How = "errors"
    apart_s: Annotated[Seconds, Meta(description="between the regions' beginnings")] = 0.0

    def stages(self, at: tuple[str, ...], length_s: float) -> Iterator[Stage]:
        """Yield a stage per region; those that would begin behind the end are left out."""
        faults = outage(self.how)
        if not self.apart_s:
            yield Stage(at=at, faults=faults, duration_s=length_s)
            return
        for number, region in enumerate(at):
            start_s = number * self.apart_s
            if start_s < length_s:
                yield Stage(
                    name=region,
                    at=(region,),
                    faults=faults,
                    start_s=start_s,
                    duration_s=length_s - start_s,
                    may_miss=number > 0,
                )
