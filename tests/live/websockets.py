"""A WebSocket's handshake and frames, as far as a proxy can see them."""

from tests.live.proxied import Line

UPGRADE = (
    b"GET /v1/realtime HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)
SWITCHED = (
    b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"
)
GREETING = b"\x81\x05hello"


def echoes(line: Line) -> None:
    """Switch, greet with the same bytes, and send back what comes."""
    line.read_until(b"\r\n\r\n")
    line.send(SWITCHED + GREETING)
    while data := line.read():
        line.send(data)


def frame(number: int) -> bytes:
    """A masked text frame of one digit; the mask is all zeros."""
    return b"\x81\x81\0\0\0\0%d" % number
