"""One TCP connection on gevent's loop: bytes are read, and stamped, in the loop's own callback.

No greenlet waits per request, so a stamp does not depend on when one is scheduled.
"""

import errno
import os
import socket
import time
from collections.abc import Callable
from typing import Any, Protocol

from gevent import monkey

from loadgen.address import Address
from telemetry.outcome import Outcome

# The loop's callbacks must not switch greenlets, so they use the socket as it was before patching.
PlainSocket: type[socket.socket] = monkey.get_original("socket", "socket")
Loop = Any
"""gevent's event loop, which has no public type."""

READ, WRITE = 1, 2
RECEIVE_BYTES = 65_536
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


class Carried(Protocol):
    """The request that a connection carries."""

    def ready(self, connection: "Connection", now_ns: int) -> None:
        """Send the request: the connection stands."""

    def failed(self, now_ns: int, outcome: Outcome, error: str) -> None:
        """Hear that no connection came about."""

    def received(self, data: bytes, now_ns: int) -> None:
        """Take bytes of the answer."""

    def ended(self, now_ns: int, *, reset: bool) -> None:
        """Take the end of the connection."""


class Connection:
    """One connection in clear, watched for reading all its life, also while it is idle."""

    def __init__(
        self, loop: Loop, address: Address, forget: Callable[["Connection"], None]
    ) -> None:
        """`forget` is called when it ends while it carries nothing."""
        self._loop = loop
        self._address = address
        self._forget = forget
        self._carried: Carried | None = None
        self._standing = False
        self._unsent = b""
        self._watchers: list[Watcher] = []
        self._writable: Watcher | None = None
        self._was_reset = False
        self._socket: socket.socket | None = None

    def serve(self, carried: Carried | None) -> None:
        """Carry this request from now on; None to be idle."""
        self._carried = carried
        if carried is not None:
            # Later, not now: it is told nothing before its owner has it.
            self._loop.run_callback(self._begin if self._standing else self._connect)

    def send(self, data: bytes) -> None:
        """Send all of it, as the kernel takes it."""
        self._push(data)

    def close(self) -> None:
        """Close at once and tell nobody."""
        self._carried = None
        for watcher in self._watchers:
            watcher.close()
        self._watchers.clear()
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    # What TLS does otherwise.

    def _connected(self, now_ns: int) -> None:
        """TCP stands."""
        self._stand(now_ns)

    def _take(self, data: bytes, now_ns: int) -> None:
        """Take bytes that came."""
        self._deliver(data, now_ns)

    def _ended(self, now_ns: int, *, reset: bool) -> None:
        """Take the end of the connection."""
        if self._carried is not None:
            self._carried.ended(now_ns, reset=reset or self._was_reset)
            return
        # Idle: closed by the server, or it says something that nobody asked.
        self._forget(self)
        self.close()

    # What is common.

    def _stand(self, now_ns: int) -> None:
        self._standing = True
        if self._carried is not None:
            self._carried.ready(self, now_ns)

    def _deliver(self, data: bytes, now_ns: int) -> None:
        if self._carried is not None:
            self._carried.received(data, now_ns)
        else:
            self._ended(now_ns, reset=False)

    def _fail(self, now_ns: int, outcome: Outcome, error: str) -> None:
        if self._carried is not None:
            self._carried.failed(now_ns, outcome, error)

    def _push(self, data: bytes) -> None:
        self._unsent += data
        self._send_more()

    def _begin(self) -> None:
        if self._carried is not None:
            self._carried.ready(self, time.monotonic_ns())

    def _connect(self) -> None:
        if self._carried is None:
            return
        try:
            self._open_socket()
        except OSError as error:
            self._fail_by(error.errno or 0)

    def _fail_by(self, error: int) -> None:
        outcome = _BY_ERRNO.get(error, Outcome.CONNECT_FAILED)
        self._fail(time.monotonic_ns(), outcome, os.strerror(error))

    def _open_socket(self) -> None:
        host, port = self._address[:2]
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        sock = self._socket = PlainSocket(family, socket.SOCK_STREAM)
        sock.settimeout(0.0)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        error = sock.connect_ex((host, port))
        if error not in (0, errno.EINPROGRESS):
            raise OSError(error, os.strerror(error))
        self._writable = self._watcher(sock, WRITE)
        self._writable.start(self._writable_first)

    def _watcher(self, sock: socket.socket, events: int) -> Watcher:
        watcher: Watcher = self._loop.io(sock.fileno(), events)
        self._watchers.append(watcher)
        return watcher

    def _writable_first(self) -> None:
        now_ns = time.monotonic_ns()
        self._stop_writing()
        sock = self._socket
        if sock is None or self._carried is None:
            return
        error = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if error:
            self._fail_by(error)
            return
        self._watcher(sock, READ).start(self._readable)
        self._connected(now_ns)

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
        if data:
            self._take(data, now_ns)
        else:
            self._ended(now_ns, reset=False)
