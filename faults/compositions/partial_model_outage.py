"""One model of a provider is down."""

from collections.abc import Iterator
from typing import Annotated, ClassVar

from msgspec import Meta

from faults.composition import Composition, How, Share, Stage, outage
from faults.selection.match import Match


class PartialModelOutage(Composition, frozen=True, kw_only=True):
    """One model or deployment is down while all others of the endpoint work."""

    name: ClassVar[str] = "partial_model_outage"
    aliases: ClassVar[tuple[str, ...]] = ("model_outage",)
    seen: ClassVar[str] = (
        "Azure OpenAI, 2026-03-09: one model answered 400 and 429 for twenty hours"
    )

    model: Annotated[str, Meta(min_length=1, description="the model or deployment asked for")]
    how: How = "errors"
    share: Share = 1.0

    def stages(self, at: tuple[str, ...], length_s: float) -> Iterator[Stage]:
        """Yield one stage, for those who ask for the model."""
        yield Stage(
            at=at,
            faults=outage(self.how, self.share),
            duration_s=length_s,
            match=Match(model=self.model),
        )
