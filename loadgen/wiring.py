"""What asking needs of the sockets and the clock: the seam between the pure part and the wire.

Everything is told later, never from within a call: a line tells its listener nothing before `open`
has returned.
"""

from collections.abc import Callable
from typing import Protocol

from telemetry.outcome import Outcome


class Listener(Protocol):
    """Who is told what happens to one request; times are CLOCK_MONOTONIC ns."""

    def connected(self, now_ns: int) -> None:
        """Take note that the connection stands and the request is being sent."""

    def received(self, data: bytes, now_ns: int) -> None:
        """Take bytes of the answer."""

    def closed(self, now_ns: int, *, reset: bool) -> None:
        """Take the end of the connection: in order, or by a reset."""

    def refused(self, now_ns: int, outcome: Outcome, error: str) -> None:
        """Take note that no connection came about."""


class Line(Protocol):
    """One request under way. It has to be let go of exactly once, closed or not."""

    def release(self) -> None:
        """Keep the connection for another request: the answer is over."""

    def close(self) -> None:
        """Close the connection; nothing is told any more."""


class Alarm(Protocol):
    """A call at a time to come."""

    def cancel(self) -> None:
        """Call nobody."""


class Wire(Protocol):
    """Opens lines to endpoints and calls back in time."""

    def now_ns(self) -> int:
        """Read CLOCK_MONOTONIC, in ns."""

    def open(self, endpoint: str, request: bytes, listener: Listener) -> Line:
        """Send a whole request to an endpoint, on a connection kept from before if there is one."""

    def alarm(self, at_s: float, call: Callable[[], None]) -> Alarm:
        """Call at a time, in seconds of CLOCK_MONOTONIC."""
