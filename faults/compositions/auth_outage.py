"""Nobody's credential is good any more, while inference is well."""

from collections.abc import Iterator
from typing import Annotated, ClassVar

from msgspec import Meta

from faults.composition import Composition, Drawn, Share, Stage
from faults.parameters import Seconds


class AuthOutage(Composition, frozen=True, kw_only=True):
    """Access tokens run out one after the other and no new ones can be had; then all are refused.

    What a client sees of a token service that is down: its requests go on until its token is over.
    """

    name: ClassVar[str] = "auth_outage"
    aliases: ClassVar[tuple[str, ...]] = ("token_outage",)
    seen: ClassVar[str] = "Azure, 2026-02-03: managed identities could not get tokens"

    share: Annotated[Share, Meta(description="of requests whose token has run out at the end")] = (
        1.0
    )
    expire_over_s: Annotated[Seconds, Meta(description="in which tokens run out; 0: at once")] = 0.0

    def stages(self, at: tuple[str, ...], length_s: float) -> Iterator[Stage]:
        """Yield one stage, with a slope where tokens do not run out all at once."""
        refused = Drawn(
            inject={"auth_expired": {"kind": "token_expired"}},
            share=self.share,
            ramp_s=min(self.expire_over_s, length_s),
        )
        yield Stage(at=at, faults=(refused,), duration_s=length_s)
