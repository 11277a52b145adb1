"""There is nowhere to go."""

from collections.abc import Iterator
from typing import ClassVar

from faults.composition import Composition, How, Stage, outage


class BothCloudsDown(Composition, frozen=True, kw_only=True):
    """All endpoints of two providers are down: nobody can be answered, and retries have to stop."""

    name: ClassVar[str] = "both_clouds_down"
    seen: ClassVar[str] = (
        "Cloudflare in front of several providers, 2025-11-18; Google Cloud, 2025-06-12, and "
        "those who were built on it"
    )
    least_endpoints: ClassVar[int] = 2

    how: How = "errors"

    def stages(self, at: tuple[str, ...], length_s: float) -> Iterator[Stage]:
        """Yield one stage, at all of them."""
        yield Stage(at=at, faults=outage(self.how), duration_s=length_s)
