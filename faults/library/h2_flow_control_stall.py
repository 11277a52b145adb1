"""The stream's window stays shut."""

import math
from typing import Annotated, ClassVar

from msgspec import Meta

from faults.fault import ANY_HTTP2, Fault, Protocol
from faults.parameters import Seconds
from faults.steps import RequestWindow, Script, Wait
from providers.dialect import Dialect


class H2FlowControlStall(Fault, frozen=True, kw_only=True):
    """The client's stream stalls: its request's window is not given back, and nothing comes."""

    name: ClassVar[str] = "h2_flow_control_stall"
    action: ClassVar[str] = "withheld"
    needs_events: ClassVar[bool] = False
    protocols: ClassVar[frozenset[Protocol]] = ANY_HTTP2
    seen: ClassVar[str] = (
        "servers and proxies that lose count of a stream's window: an upload stops at 65,535 bytes "
        "while the connection's other streams and its PINGs live. A shorter request is sent whole "
        "and meets silence; so does one that is drawn by its content, which was read for that"
    )

    hold_s: Annotated[
        Seconds, Meta(description="then the window is given back, and the provider is asked")
    ] = math.inf

    def script(self, dialect: Dialect) -> Script:  # noqa: ARG002 - a window is a window
        """Shut the window, and open it when the time is up."""
        yield RequestWindow(open=False)
        yield Wait(seconds=self.hold_s)
        yield RequestWindow(open=True)
