"""A whole provider goes down."""

from collections.abc import Iterator
from typing import ClassVar

from faults.composition import Composition, How, Share, Stage, outage


class ProviderOutage(Composition, frozen=True, kw_only=True):
    """Every endpoint of a provider is down at once: errors, silence and resets side by side."""

    name: ClassVar[str] = "provider_outage"
    seen: ClassVar[str] = "Google Cloud, 2025-06-12: 503 in all regions, for hours"

    how: How = "mix"
    share: Share = 1.0

    def stages(self, at: tuple[str, ...], length_s: float) -> Iterator[Stage]:
        """Yield one stage, at all of them."""
        yield Stage(at=at, faults=outage(self.how, self.share), duration_s=length_s)
