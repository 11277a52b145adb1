"""What TCP says beyond bytes: endings, a peer that left, ports that stay ours. Linux.

asyncio's transports close in one way only and see nothing while they are paused; the proxy must
end as it was ended, so it asks the socket itself.
"""

import asyncio
import contextlib
import fcntl
import os
import socket
import struct
from typing import Any

RESET_LINGER = struct.pack("ii", 1, 0)
"""`SO_LINGER` on with 0 seconds: close() sends RST instead of FIN (socket(7))."""

CLOSED = 7
"""`TCP_CLOSE` of `tcp_states.h`: the peer has reset the connection."""

CLOSE_WAIT = 8
"""`TCP_CLOSE_WAIT`: the peer has sent FIN, perhaps behind bytes that nobody has read yet."""

_UNSENT = 0x894B
"""`SIOCOUTQNSD`: bytes in the send queue that were not sent even once (tcp(7))."""


def reset(transport: asyncio.Transport) -> None:
    """End a connection with a RST, now, dropping what was not sent."""
    if (sock := _socket(transport)) is not None:
        with contextlib.suppress(OSError):
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_LINGER)
    transport.abort()


def has_unsent(transport: asyncio.Transport) -> bool:
    """Tell whether bytes that were written are still on this host's side."""
    if transport.get_write_buffer_size():
        return True
    if (sock := _socket(transport)) is None:
        return False
    waiting = bytearray(4)
    try:
        fcntl.ioctl(sock.fileno(), _UNSENT, waiting)
    except OSError:
        return False
    return int.from_bytes(waiting, "little", signed=True) > 0


def state(transport: asyncio.Transport) -> int:
    """Return the connection's TCP state, which the kernel knows even while nobody reads."""
    if (sock := _socket(transport)) is None:
        return CLOSED
    try:
        return sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0]
    except OSError:
        return CLOSED


def read_what_is_left(transport: asyncio.Transport) -> bytes:
    """Read what arrived before a connection broke, from within `connection_lost`."""
    pieces: list[bytes] = []
    if (sock := _socket(transport)) is None:
        return b""
    with contextlib.suppress(OSError):
        while piece := os.read(sock.fileno(), 65_536):
            pieces.append(piece)
    return b"".join(pieces)


def reserve(host: str, port: int, *, shared: bool = False) -> socket.socket:
    """Bind a port, 0 for any, and keep it without listening: connections to it are refused.

    While the socket lives nobody else gets the port, and `listen_beside` works again and again.
    `shared`: other processes of this user may listen on it too, and the kernel deals connections
    out among them (`SO_REUSEPORT`, socket(7)).
    Raises OSError where the port is taken or the host is not ours.
    """
    family, kind, protocol, _, address = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    return _bound(family, kind, protocol, address, shared=shared)


def listen_beside(reserved: socket.socket) -> socket.socket:
    """Return another socket on a reserved port, ready to listen."""
    shared = bool(reserved.getsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT))
    where = reserved.getsockname()
    return _bound(reserved.family, reserved.type, reserved.proto, where, shared=shared)


def _bound(
    family: int, kind: int, protocol: int, address: tuple[Any, ...], *, shared: bool
) -> socket.socket:
    sock = socket.socket(family, kind, protocol)
    try:
        # Both sockets need it; a port on which somebody else listens stays taken all the same.
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, int(shared))
        sock.settimeout(0)
        sock.bind(address)
    except OSError:
        sock.close()
        raise
    return sock


def _socket(transport: asyncio.Transport) -> socket.socket | None:
    """Return what stands for the transport's socket, None once it is closed."""
    found: socket.socket | None = transport.get_extra_info("socket")
    return None if found is None or found.fileno() < 0 else found
