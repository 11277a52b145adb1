"""The connection was closed while nobody looked."""

from typing import Annotated, ClassVar

from msgspec import Meta

from faults.circumstances import Circumstances, usual
from faults.fault import Fault, Protocol
from faults.parameters import Seconds
from faults.steps import Reset, Script
from providers.dialect import Dialect


class StaleKeepalive(Fault, frozen=True, kw_only=True):
    """The client's kept-alive connection is reset (a real TCP RST) at its next request."""

    name: ClassVar[str] = "stale_keepalive"
    action: ClassVar[str] = "reset"
    needs_events: ClassVar[bool] = False
    of_connection: ClassVar[bool] = True
    protocols: ClassVar[frozenset[Protocol]] = frozenset({"HTTP/1.1"})
    seen: ClassVar[str] = (
        "servers and load balancers that forget idle connections sooner than the client's pool "
        "does (Azure's after 4 minutes): the commonest connection error that looks random"
    )

    idle_s: Annotated[
        Seconds, Meta(description="since the last answer; a connection's first request passes")
    ] = 1.0

    def script(self, dialect: Dialect) -> Script:
        """Let pass whose connection has no past."""
        return self.script_in(usual(), dialect)

    def script_in(self, circumstances: Circumstances, dialect: Dialect) -> Script:  # noqa: ARG002 - a reset is the same in each
        """Reset instead of asking the provider, if the connection was idle for so long."""
        if circumstances.idle_s >= self.idle_s:
            yield Reset()
