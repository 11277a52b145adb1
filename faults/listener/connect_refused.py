"""Nobody listens."""

from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from faults.fault import ListenerFault


class ConnectRefused(ListenerFault, frozen=True, kw_only=True):
    """The client's new connections are refused, since the listening socket is closed."""

    name: ClassVar[str] = "connect_refused"
    aliases: ClassVar[tuple[str, ...]] = ("down",)
    seen: ClassVar[str] = "deleted endpoints, firewalls that reject, a load balancer going away"

    reset_connections: Annotated[
        Literal["none", "idle", "all"],
        Meta(description="which connections that are already open are reset"),
    ] = "none"
