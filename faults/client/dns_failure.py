"""The client does not find out where its provider is."""

import math
from typing import Annotated, ClassVar, Final, Literal

from msgspec import Meta

from faults.fault import ClientFault
from faults.parameters import Seconds

Rcode = Literal["nxdomain", "servfail", "refused", "timeout", "empty"]

_AGAIN: Final = "[Errno -3] Temporary failure in name resolution"
_WORDS: Final[dict[Rcode, str]] = {
    "nxdomain": "[Errno -2] Name or service not known",
    "servfail": _AGAIN,
    "refused": _AGAIN,
    "timeout": _AGAIN,
    "empty": "[Errno -5] No address associated with hostname",
}
"""What glibc's `getaddrinfo` makes of each, and Python of that."""

RESOLVER_S: Final = 10.0
"""How long glibc asks a name server that does not answer: twice 5 s (resolv.conf(5))."""


class DnsFailure(ClientFault, frozen=True, kw_only=True):
    """The client's resolver finds no address of its provider, and nothing is ever sent."""

    name: ClassVar[str] = "dns_failure"
    aliases: ClassVar[tuple[str, ...]] = ("dns",)
    seen: ClassVar[str] = (
        "Azure DNS, 2021-04-01; private endpoints whose names lead nowhere; AWS, 2025-10-20: "
        "the name of a database without an address, and a region without its services. Between "
        "a client and a proxy on this host no name is asked for, so no proxy can show it. "
        "A resolver that hangs outlasts the connect timeout of a client in threads, which cannot "
        "interrupt it; one in coroutines gives up in time"
    )

    rcode: Annotated[
        Rcode, Meta(description="what the name server says; empty: the name has no address")
    ] = "nxdomain"
    delay_s: Annotated[
        Seconds | None,
        Meta(description="how long that takes; none: no time, or 10 s where nobody answers"),
    ] = None

    def __post_init__(self) -> None:
        """Refuse what no resolver does; ValueError."""
        if self.delay_s is not None and not math.isfinite(self.delay_s):
            raise ValueError("`delay_s` must be finite: every resolver gives up")

    @property
    def takes_s(self) -> float:
        """Return how long the client waits for it."""
        if self.delay_s is not None:
            return self.delay_s
        return RESOLVER_S if self.rcode == "timeout" else 0.0

    @property
    def words(self) -> str:
        """Return what the client is told."""
        return _WORDS[self.rcode]
