"""Plain TCP on gevent's loop: bytes are read, and stamped, in the loop's own callback.

No greenlet waits per request, so a stamp does not depend on when one is scheduled. Connections are
plain: load goes to proxies on loopback, which speak TLS to the provider.
"""

import errno
import os
import socket
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Protocol

import gevent
from gevent import monkey

from loadgen.wiring import Caller, Listener
from providers.dialect import HttpRequest
from telemetry.clock import seconds
from telemetry.outcome import Outcome

if TYPE_CHECKING:
    from loadgen.grpc_wire import GrpcLine, GrpcWire

# The loop's callbacks must not switch greenlets, so they use the socket as it was before patching.
PlainSocket: type[socket.socket] = monkey.get_original("socket", "socket")
Loop = Any
"""gevent's event loop, which has no public type."""

Address = tuple[str, int]
READ, WRITE = 1, 2
RECEIVE_BYTES = 65_536
MOST_IDLE = 64
_BY_ERRNO = {
    errno.ECONNREFUSED: Outcome.CONNECT_REFUSED,
    errno.ETIMEDOUT: Outcome.CONNECT_TIMEOUT,
}


class Watcher(Protocol):
    """What the loop makes for a descriptor or a time."""

    def start(self, call: Callable[[], None]) -> None:
        """Call whenever it happens."""

    def stop(self) -> None:
        """Stop calling."""

    def close(self) -> None:
        """Stop for good."""


class GeventWire:
    """The connections of one replica, pooled per endpoint, and its alarms."""

    def __init__(
        self, addresses: Mapping[str, Address], grpc: frozenset[str] = frozenset()
    ) -> None:
        """`addresses`: numeric host and port of each endpoint; `grpc`: those that are called."""
        self._loop: Loop = gevent.get_hub().loop
        self._pools = {name: _Pool(self._loop, address) for name, address in addresses.items()}
        self._calls: GrpcWire | None = _calls(addresses, grpc) if grpc else None

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


def _calls(addresses: Mapping[str, Address], grpc: frozenset[str]) -> "GrpcWire":
    # Where nobody speaks it, grpcio is not loaded.
    from loadgen.grpc_wire import GrpcWire  # noqa: PLC0415 - see above

    return GrpcWire({name: addresses[name] for name in grpc})


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
        self._connection: _Connection | None = kept or _Connection(pool)
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

    def ready(self, connection: "_Connection", now_ns: int) -> None:
        """Send the request: the connection stands."""
        self._listener.connected(now_ns)
        if self._connection is connection:
            connection.send(self._request)

    def failed(self, now_ns: int, error: int) -> None:
        """Take an errno: no connection came about."""
        self.close()
        outcome = _BY_ERRNO.get(error, Outcome.CONNECT_FAILED)
        self._listener.refused(now_ns, outcome, os.strerror(error))

    def received(self, data: bytes, now_ns: int) -> None:
        """Pass on bytes of the answer."""
        self._answered = True
        self._listener.received(data, now_ns)

    def ended(self, now_ns: int, *, reset: bool) -> None:
        """Take the end of the connection, and begin again if it was none of this request's."""
        self.close()
        if self._may_repeat and not self._answered:
            self._may_repeat = False
            self._connection = _Connection(self._pool)
            self._connection.serve(self)
        else:
            self._listener.closed(now_ns, reset=reset)


class _Pool:
    """The idle connections to one address, the last one used first."""

    def __init__(self, loop: Loop, address: Address) -> None:
        self.loop = loop
        self.address = address
        self.family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        self._idle: list[_Connection] = []

    def take(self) -> "_Connection | None":
        return self._idle.pop() if self._idle else None

    def give(self, connection: "_Connection") -> None:
        connection.serve(None)
        if len(self._idle) < MOST_IDLE:
            self._idle.append(connection)
        else:
            connection.close()

    def forget(self, connection: "_Connection") -> None:
        if connection in self._idle:
            self._idle.remove(connection)


class _Connection:
    """One TCP connection, watched for reading all its life, also while it is idle."""

    def __init__(self, pool: _Pool) -> None:
        self._pool = pool
        self._line: GeventLine | None = None
        self._standing = False
        self._unsent = b""
        self._watchers: list[Watcher] = []
        self._writable: Watcher | None = None
        self._was_reset = False
        self._socket: socket.socket | None = None

    def serve(self, line: GeventLine | None) -> None:
        """Carry this line's request from now on; None to be idle."""
        self._line = line
        if line is not None:
            # Later, not now: a line is told nothing before its owner has it.
            self._pool.loop.run_callback(self._begin if self._standing else self._connect)

    def send(self, data: bytes) -> None:
        """Send all of it, as the kernel takes it."""
        self._unsent = data
        self._send_more()

    def close(self) -> None:
        """Close at once and tell nobody."""
        self._line = None
        for watcher in self._watchers:
            watcher.close()
        self._watchers.clear()
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _begin(self) -> None:
        if self._line is not None:
            self._line.ready(self, time.monotonic_ns())

    def _connect(self) -> None:
        if self._line is None:
            return
        try:
            self._open_socket()
        except OSError as error:
            self._line.failed(time.monotonic_ns(), error.errno or 0)

    def _open_socket(self) -> None:
        sock = self._socket = PlainSocket(self._pool.family, socket.SOCK_STREAM)
        sock.settimeout(0.0)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        error = sock.connect_ex(self._pool.address)
        if error not in (0, errno.EINPROGRESS):
            raise OSError(error, os.strerror(error))
        self._writable = self._watcher(sock, WRITE)
        self._writable.start(self._connected)

    def _watcher(self, sock: socket.socket, events: int) -> Watcher:
        watcher: Watcher = self._pool.loop.io(sock.fileno(), events)
        self._watchers.append(watcher)
        return watcher

    def _connected(self) -> None:
        now_ns = time.monotonic_ns()
        self._stop_writing()
        sock, line = self._socket, self._line
        if sock is None or line is None:
            return
        error = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if error:
            line.failed(now_ns, error)
            return
        self._standing = True
        self._watcher(sock, READ).start(self._readable)
        line.ready(self, now_ns)

    def _stop_writing(self) -> None:
        if self._writable is not None:
            self._writable.stop()

    def _send_more(self) -> None:
        self._stop_writing()
        if self._socket is None:
            return
        try:
            self._unsent = self._unsent[self._socket.send(self._unsent) :]
        except BlockingIOError:
            pass
        except OSError:
            # The read side tells what was answered before, but no longer that it was a reset.
            self._was_reset = True
            self._unsent = b""
        if self._unsent and self._writable is not None:
            self._writable.start(self._send_more)

    def _readable(self) -> None:
        now_ns = time.monotonic_ns()
        if self._socket is None:
            return
        try:
            data = self._socket.recv(RECEIVE_BYTES)
        except BlockingIOError:
            return
        except OSError:
            self._ended(now_ns, reset=True)
            return
        if data and self._line is not None:
            self._line.received(data, now_ns)
        else:
            self._ended(now_ns, reset=False)

    def _ended(self, now_ns: int, *, reset: bool) -> None:
        if self._line is not None:
            self._line.ended(now_ns, reset=reset or self._was_reset)
            return
        # Idle: closed by the server, or it says something that nobody asked.
        self._pool.forget(self)
        self.close()
