"""The connection breaks before any answer."""

from typing import Annotated, ClassVar

from msgspec import Meta

from faults.fault import Fault
from faults.parameters import Pause
from faults.steps import Reset, Script, Wait
from providers.dialect import Dialect


class ResetPeer(Fault, frozen=True, kw_only=True):
    """The client's connection is reset (a real TCP RST) in place of an answer, headers and all."""

    name: ClassVar[str] = "reset_peer"
    aliases: ClassVar[tuple[str, ...]] = ("CONNECTION_RESET_BY_PEER",)
    action: ClassVar[str] = "reset"
    needs_events: ClassVar[bool] = False
    seen: ClassVar[str] = (
        "load balancers that restart or forget an idle connection, gateways that never cool such "
        "an endpoint down (BerriAI/litellm)"
    )

    after_s: Annotated[
        Pause, Meta(description="silence before it, which is then attested as `delayed`")
    ] = 0.0

    def script(self, dialect: Dialect) -> Script:  # noqa: ARG002 - a reset is the same in each
        """Reset instead of asking the provider."""
        yield Wait(seconds=self.after_s)
        yield Reset()
