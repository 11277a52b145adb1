"""Requests on gevent's loop: pooled connections, alarms, and calls over gRPC.

Connections are plain unless an endpoint asks for TLS: load goes to proxies on loopback.
"""

import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import gevent

from loadgen.address import Address
from loadgen.connection import Connection, Loop
from loadgen.tls_connection import TlsConnection
from loadgen.wiring import Caller, Listener
from providers.dialect import HttpRequest
from telemetry.clock import seconds
from telemetry.outcome import Outcome

if TYPE_CHECKING:
    from loadgen.grpc_wire import GrpcLine, GrpcWire

MOST_IDLE = 64


class GeventWire:
    """The connections of one replica, pooled per endpoint, and its alarms."""

    def __init__(
        self,
        addresses: Mapping[str, Address],
        grpc: frozenset[str] = frozenset(),
        connect_s: float = 1.0,
    ) -> None:
        """`addresses`: where each endpoint listens; `grpc`: those that are called.

        `connect_s`: how long the route lets an attempt wait for its connection.
        """
        self._loop: Loop = gevent.get_hub().loop
        self._pools = {name: _Pool(self._loop, address) for name, address in addresses.items()}
        self._calls: GrpcWire | None = _calls(addresses, grpc, connect_s) if grpc else None

    def now_ns(self) -> int:
        """Read CLOCK_MONOTONIC, in ns."""
        return time.monotonic_ns()

    def open(self, endpoint: str, request: bytes, listener: Listener) -> "GeventLine":
        """Send a whole request to an endpoint, on a connection kept from before if there is one."""
        return GeventLine(self._pools[endpoint], request, listener)

    def call(self, endpoint: str, request: HttpRequest, caller: Caller) -> "GrpcLine":
        """Call an endpoint over gRPC, on the one connection there is to it."""
        if self._calls is None:
            raise KeyError(endpoint)
        return self._calls.call(endpoint, request, caller)

    def alarm(self, at_s: float, call: Callable[[], None]) -> "GeventAlarm":
        """Call at a time, in seconds of CLOCK_MONOTONIC."""
        return GeventAlarm(self._loop, at_s - seconds(self.now_ns()), call)


def _calls(addresses: Mapping[str, Address], grpc: frozenset[str], connect_s: float) -> "GrpcWire":
    # Where nobody speaks it, grpcio is not loaded.
    from loadgen.grpc_wire import GrpcWire  # noqa: PLC0415 - see above

    return GrpcWire({name: addresses[name] for name in grpc}, connect_s)


class GeventAlarm:
    """One timer of the loop."""

    def __init__(self, loop: Loop, after_s: float, call: Callable[[], None]) -> None:
        self._timer = loop.timer(max(0.0, after_s))
        self._timer.start(call, update=True)

    def cancel(self) -> None:
        """Call nobody."""
        self._timer.close()


class GeventLine:
    """One request on one connection.

    A request is sent once. The exception: a connection kept from before that is closed before any
    byte of an answer came may have been closed by the server while it was idle, as our request
    crossed that on the way; then the same request is sent once more, on a new connection, as part
    of the same attempt.
    """

    def __init__(self, pool: "_Pool", request: bytes, listener: Listener) -> None:
        self._pool = pool
        self._request = request
        self._listener = listener
        self._answered = False
        kept = pool.take()
        self._may_repeat = kept is not None
        self._connection: Connection | None = kept or pool.new()
        self._connection.serve(self)

    def release(self) -> None:
        """Keep the connection for another request."""
        connection, self._connection = self._connection, None
        if connection is not None:
            self._pool.give(connection)

    def close(self) -> None:
        """Close the connection; nothing is told any more."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def ready(self, connection: Connection, now_ns: int) -> None:
        """Send the request: the connection stands."""
        self._listener.connected(now_ns)
        if self._connection is connection:
            connection.send(self._request)

    def failed(self, now_ns: int, outcome: Outcome, error: str) -> None:
        """Hear that no connection came about."""
        self.close()
        self._listener.refused(now_ns, outcome, error)

    def received(self, data: bytes, now_ns: int) -> None:
        """Pass on bytes of the answer."""
        self._answered = True
        self._listener.received(data, now_ns)

    def ended(self, now_ns: int, *, reset: bool) -> None:
        """Take the end of the connection, and begin again if it was none of this request's."""
        self.close()
        if self._may_repeat and not self._answered:
            self._may_repeat = False
            self._connection = self._pool.new()
            self._connection.serve(self)
        else:
            self._listener.closed(now_ns, reset=reset)


class _Pool:
    """The idle connections to one address, the last one used first."""

    def __init__(self, loop: Loop, address: Address) -> None:
        self._loop = loop
        self._address = address
        self._kind = TlsConnection if address.trusted else Connection
        self._idle: list[Connection] = []

    def new(self) -> Connection:
        return self._kind(self._loop, self._address, self._forget)

    def take(self) -> Connection | None:
        return self._idle.pop() if self._idle else None

    def give(self, connection: Connection) -> None:
        connection.serve(None)
        if len(self._idle) < MOST_IDLE:
            self._idle.append(connection)
        else:
            connection.close()

    def _forget(self, connection: Connection) -> None:
        if connection in self._idle:
            self._idle.remove(connection)
