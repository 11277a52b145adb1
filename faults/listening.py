"""One endpoint's listening socket: open, or closed or silent by a fault; its port stays ours."""

import asyncio
import contextlib
import socket
from collections.abc import Coroutine
from typing import Final

from faults import tcp
from faults.doorway import BACKLOG, PLAIN, Entrance, Preface, TlsServer, http1_side, side_for
from faults.full_queue import FullQueue
from faults.lane import Lane
from faults.listener.tls_failure import TlsFailure
from telemetry.clock import now_ns
from telemetry.rows import Event

PROBE_S: Final = 0.2
"""How often a closed listener is asked whether it still refuses."""

REOPEN_S: Final = 0.05
SILENT_RETRY_S: Final = 0.002
PROBE_WITHIN_S: Final = 0.1
"""Who has not got in on this host by then waits for an answer to its SYN."""


class Listening:
    """Accepts clients for a lane, except while a fault holds it closed.

    A reserved socket keeps the port for the injector's whole life, so that nobody, not even an
    outgoing connection of this host, takes it while nobody listens.
    """

    def __init__(self, lane: Lane, host: str, port: int, entrance: Entrance = PLAIN) -> None:
        """Reserve the port, 0 for any; raises OSError when it is taken."""
        self.lane = lane
        self._tls = entrance.tls
        self._http2 = entrance.http2
        self._tls_failed_by = ""
        self._reserved = tcp.reserve(host, port, shared=entrance.shared)
        self._server: asyncio.Server | TlsServer | None = None
        self._closed_by = ""
        self._full: FullQueue | None = None
        self._over = False
        self._work: set[asyncio.Task[None]] = set()

    @property
    def port(self) -> int:
        """The port, whether open or closed."""
        port: int = self._reserved.getsockname()[1]
        return port

    @property
    def closed_by(self) -> str:
        """The id of the fault that holds the listener closed, empty when it is open."""
        return self._closed_by

    async def open(self) -> None:
        """Start to accept clients; raises OSError when somebody else listens on the port."""
        loop = asyncio.get_running_loop()
        sock, lane = tcp.listen_beside(self._reserved), self.lane
        if self._tls is None:
            side = Preface if self._http2 else http1_side
            self._server = await loop.create_server(lambda: side(lane), sock=sock, backlog=BACKLOG)
        else:
            self._server = TlsServer(
                lane, sock, self._tls, lambda protocol: side_for(lane, protocol)
            )

    def hold_closed(self, fault: str, reset_connections: str, *, silent: bool = False) -> None:
        """Refuse connections from now on, in the name of a fault; open ones are reset if asked.

        `silent`: those that come are not even refused.
        """
        if fault == self._closed_by:
            return
        former, self._closed_by = self._closed_by, fault
        if former:
            # One fault hands over to the next: each closure is on record in its own name.
            self._record("listener_opened", fault=former)
        else:
            self._stop_accepting()
        self._free()
        if silent and not self._is_silenced():
            self._start(self._fall_silent(fault))
        if not former:
            self._start(self._probe())
        self._record("listener_closed", fault=fault)
        self._reset(reset_connections)

    def let_open(self) -> None:
        """Accept clients again, if a fault had closed the listener."""
        if self._closed_by and not self._over:
            fault, self._closed_by = self._closed_by, ""
            self._start(self._reopen(fault))

    def fail_tls(self, fault: str, failure: TlsFailure | None) -> None:
        """Fail handshakes from now on, in the name of a fault; None lets them succeed again."""
        if fault == self._tls_failed_by:
            return
        former, self._tls_failed_by = self._tls_failed_by, fault
        if self._tls is None:
            if fault:
                reason = "the listener does not speak TLS"
                self._record("fault_not_applicable", subject=fault, reason=reason)
            return
        self._tls.failure = failure
        if former:
            self._record("listener_opened", fault=former)
        if fault:
            # Nobody new gets in: for its clients the listener is as good as closed.
            self._record("listener_closed", fault=fault)

    def close(self) -> None:
        """Accept nobody any more, for good."""
        self._over = True
        self._stop_accepting()
        self._free()
        self._reserved.close()

    def _stop_accepting(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None

    def _free(self) -> None:
        if self._full is not None:
            self._full.close()
            self._full = None

    async def _fall_silent(self, fault: str) -> None:
        """Drop what comes; a server over TLS takes a moment to let its port go."""
        while self._closed_by == fault and not (self._over or self._is_silenced()):  # noqa: ASYNC110 - nobody tells when
            await asyncio.sleep(SILENT_RETRY_S)

    def _is_silenced(self) -> bool:
        if self._full is None:
            with contextlib.suppress(OSError):
                self._full = FullQueue(self._reserved)
        return self._full is not None

    def _reset(self, which: str) -> None:
        for guest in list(self.lane.guests):
            if which == "all" or (which == "idle" and guest.idle):
                guest.expel("reset")

    async def _reopen(self, fault: str) -> None:
        self._free()
        while not (self._closed_by or self._over or self._server):
            try:
                await self.open()
            except OSError as error:
                self._record("listener_blocked", fault=fault, error=str(error))
                await asyncio.sleep(REOPEN_S)
            else:
                self._record("listener_opened", fault=fault)

    async def _probe(self) -> None:
        while self._closed_by and not self._over:
            refused = await self._is_refused()
            if self._closed_by:
                self._record("self_probe", refused=refused)
            await asyncio.sleep(PROBE_S)

    async def _is_refused(self) -> bool:
        address = self._reserved.getsockname()
        with socket.socket(self._reserved.family, socket.SOCK_STREAM) as probe:
            probe.settimeout(0)
            try:
                async with asyncio.timeout(PROBE_WITHIN_S):
                    await asyncio.get_running_loop().sock_connect(probe, address)
            except (ConnectionRefusedError, TimeoutError):
                return True
            except OSError:
                return False
        return False

    def _record(self, name: str, subject: str = "", **facts: str | bool) -> None:
        subject = subject or self.lane.endpoint
        self.lane.recorder.record_now(
            Event(name=name, at_ns=now_ns(), subject=subject, facts={**facts})
        )

    def _start(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.ensure_future(work)
        self._work.add(task)
        task.add_done_callback(self._work.discard)
