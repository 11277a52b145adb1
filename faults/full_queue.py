"""A listening socket that lets nobody in: its queue is full of connections of our own. Linux.

A SYN for which the queue of accepted connections has no room is dropped without a word, and the
client sends it again after 1, 3, 7 s (listen(2), tcp(7)). A queue of length 0 holds one connection.
"""

import contextlib
import socket
from typing import Final

from faults import tcp

MOST_FILLERS: Final = 64
"""Connections to a port that several processes share may end up in another's queue."""

_QUEUED: Final = slice(24, 28)
"""`tcpi_unacked` of `linux/tcp.h`: how many connections wait in a listening socket's queue."""


class FullQueue:
    """Holds a port's listener shut, so that connecting to it never comes to an end."""

    def __init__(self, reserved: socket.socket) -> None:
        """Listen beside a reserved socket; raises OSError while somebody else listens there."""
        self._fillers: list[socket.socket] = []
        self._listener = tcp.listen_beside(reserved)
        try:
            self._listener.listen(0)
            self._fill()
        except OSError:
            self.close()
            raise

    @property
    def full(self) -> bool:
        """Nobody else gets in."""
        told = self._listener.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _QUEUED.stop)
        return int.from_bytes(told[_QUEUED], "little") > 0

    def close(self) -> None:
        """Free the port; what waits in the queue is reset."""
        self._listener.close()
        for filler in self._fillers:
            filler.close()
        self._fillers.clear()

    def _fill(self) -> None:
        while not self.full and len(self._fillers) < MOST_FILLERS:
            filler = socket.socket(self._listener.family, socket.SOCK_STREAM)
            self._fillers.append(filler)
            filler.settimeout(0)
            with contextlib.suppress(BlockingIOError):
                filler.connect(self._listener.getsockname())
