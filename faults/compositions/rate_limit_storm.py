"""Refusals that move to where the traffic goes."""

from collections.abc import Iterator
from typing import Annotated, ClassVar

from msgspec import Meta

from faults.composition import Composition, Drawn, Share, Stage
from faults.parameters import RetryAfter


class RateLimitStorm(Composition, frozen=True, kw_only=True):
    """One provider answers 429, and so does its fallback for all that its quota does not carry."""

    name: ClassVar[str] = "rate_limit_storm"
    aliases: ClassVar[tuple[str, ...]] = ("cascading_429",)
    seen: ClassVar[str] = (
        "OpenAI, 2023-11-08: 429 that was no quota, to clients that came back all at once; shared "
        "pools of Vertex AI that everybody turns to"
    )

    fallback: Annotated[str, Meta(description="the endpoint that the traffic moves to")]
    fallback_requests: Annotated[
        int, Meta(ge=0, extra={"unit": "requests"}, description="that it carries per window")
    ] = 60
    window_s: Annotated[float, Meta(ge=0.1, le=86_400, extra={"unit": "s"})] = 10.0
    share: Annotated[Share, Meta(description="of what the first refuses")] = 1.0
    retry_after_s: Annotated[
        RetryAfter | None, Meta(description="what refusals ask a client to wait")
    ] = None

    def stages(self, at: tuple[str, ...], length_s: float) -> Iterator[Stage]:
        """Yield the storm, and the quota that it may run into."""
        wait: dict[str, object] = {"retry_after_s": self.retry_after_s}
        first = Drawn(inject={"rate_limited": wait}, share=self.share)
        yield Stage(name="first", at=at, faults=(first,), duration_s=length_s)
        quota = {"requests": self.fallback_requests, "window_s": self.window_s, **wait}
        yield Stage(
            name="fallback",
            at=(self.fallback,),
            faults=(Drawn(inject={"quota_exhausted": quota}),),
            duration_s=length_s,
            may_miss=True,
        )

    def others(self) -> tuple[str, ...]:
        """Return the fallback."""
        return (self.fallback,)
