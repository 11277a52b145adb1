"""The token counts are missing, or wrong."""

from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from faults.fault import NOT_GRPC, Fault, Protocol
from faults.phrases import changed_answer
from faults.steps import Script
from providers.dialect import Dialect
from providers.edited import is_only_usage, no_usage, usage_times


class UsageAnomaly(Fault, frozen=True, kw_only=True):
    """The client gets the whole answer without its usage, or with one that counts too much."""

    name: ClassVar[str] = "usage_anomaly"
    protocols: ClassVar[frozenset[Protocol]] = NOT_GRPC
    aliases: ClassVar[tuple[str, ...]] = ("missing_usage",)
    action: ClassVar[str] = "answered"
    also_attested: ClassVar[tuple[str, ...]] = ("withheld",)
    holds_back: ClassVar[bool] = True
    seen: ClassVar[str] = (
        "answers without `usage`, which cost meters take for free (agentgateway #1464, #977)"
    )

    kind: Annotated[
        Literal["missing", "inflated"],
        Meta(description="missing: no counts, and no event that brings nothing else"),
    ] = "missing"
    factor: Annotated[
        float, Meta(ge=0, le=1000, description="inflated: how many times as many tokens")
    ] = 10.0

    def script(self, dialect: Dialect) -> Script:  # noqa: ARG002 - JSON tells by itself whose it is
        """Change the counts wherever they come."""
        if self.kind == "inflated":
            return changed_answer(usage_times(self.factor))
        return changed_answer(no_usage, leave_out=is_only_usage)
