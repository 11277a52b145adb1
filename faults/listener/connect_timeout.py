"""Nobody answers a handshake."""

from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from faults.fault import ListenerFault


class ConnectTimeout(ListenerFault, frozen=True, kw_only=True):
    """The client's new connections hang, since their SYN packets are dropped, until it gives up."""

    name: ClassVar[str] = "connect_timeout"
    of_connection: ClassVar[bool] = True
    seen: ClassVar[str] = (
        "regions cut off from the network, firewalls that drop. The dearest fault of all: no fast "
        "error tells that somebody else is to be asked. Emulated: the port listens, behind a full "
        "queue, and the kernel drops what it has no room for; a client that still waits when the "
        "fault ends gets in with its next SYN, 1, 3 or 7 s after its first"
    )

    reset_connections: Annotated[
        Literal["none", "idle", "all"],
        Meta(description="which connections that are already open are reset"),
    ] = "none"
