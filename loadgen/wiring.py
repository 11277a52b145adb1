"""What asking needs of the sockets and the clock: the seam between the pure part and the wire.

Everything is told later, never from within a call: a line tells its listener nothing before `open`
has returned.
"""

from collections.abc import Callable
from typing import Protocol

from providers.dialect import HttpRequest
from providers.grpc import Status
from telemetry.outcome import Outcome


class Asker(Protocol):
    """Who is told what happens to one attempt; times are CLOCK_MONOTONIC ns."""

    def connected(self, now_ns: int) -> None:
        """Take note that the connection stands and the request is being sent."""

    def closed(self, now_ns: int, *, reset: bool) -> None:
        """Take the end of the connection, or of a call: in order, or by a reset."""

    def refused(self, now_ns: int, outcome: Outcome, error: str) -> None:
        """Take note that no connection came about."""


class Listener(Asker, Protocol):
    """Who asks by one request over HTTP/1.1."""

    def received(self, data: bytes, now_ns: int) -> None:
        """Take bytes of the answer."""


class Caller(Asker, Protocol):
    """Who asks by one gRPC call."""

    def message(self, data: bytes, now_ns: int) -> None:
        """Take one message of the answer."""

    def ended(self, now_ns: int, told: Status) -> None:
        """Take the status that ends the call."""


class Line(Protocol):
    """One request or call under way. It has to be let go of exactly once, closed or not."""

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

    def call(self, endpoint: str, request: HttpRequest, caller: Caller) -> Line:
        """Call an endpoint over gRPC, on the one connection there is to it.

        The target is the method, headers are the metadata, the body is the one message.
        """

    def alarm(self, at_s: float, call: Callable[[], None]) -> Alarm:
        """Call at a time, in seconds of CLOCK_MONOTONIC."""
