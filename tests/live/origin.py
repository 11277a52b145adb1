"""A test's own provider: each exchange is answered as the test says, byte by byte."""

import contextlib
import socket
import struct
import threading
import time
from collections.abc import Callable
from typing import Self

from providers.catalog import make_dialect
from providers.dialect import Answer
from providers.http1 import LAST_CHUNK, answer_head, chunk
from providers.words import token_text
from telemetry.identity import parse_traceparent

DIALECT = make_dialect({"azure-openai": {}})
ANSWER = Answer(response_id="1", created_s=0, prompt_tokens=9, output_tokens=3, include_usage=True)
HANG_S = 20.0

Behaviour = Callable[[socket.socket], bool]
"""Answers one request; returns whether the connection goes on."""


class Origin:
    """Listens on loopback; `behaviours` by exchange number, `whole` for all others."""

    def __init__(self, behaviours: dict[int, Behaviour] | None = None) -> None:
        self.behaviours = behaviours or {}
        self.heads: list[str] = []
        self.connections = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._open: set[socket.socket] = set()

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in tuple(self._open):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self.connections += 1
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        self._open.add(connection)
        with connection, contextlib.suppress(OSError):
            while head := _read_request(connection):
                self.heads.append(head)
                if not self.behaviours.get(exchange_of(head), whole)(connection):
                    break
        self._open.discard(connection)


def exchange_of(head: str) -> int:
    """Return the exchange number that a request's `traceparent` carries."""
    parent = parse_traceparent(header(head, "traceparent"))
    assert parent is not None
    return parent.exchange


def header(head: str, name: str) -> str:
    """Return a header's value from a raw head."""
    lines = (line.partition(":") for line in head.split("\r\n")[1:])
    return next(value.strip() for key, _, value in lines if key.lower() == name)


def _read_request(connection: socket.socket) -> str:
    data = b""
    while b"\r\n\r\n" not in data:
        more = connection.recv(65536)
        if not more:
            return ""
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    length = int(header(head.decode(), "content-length"))
    while len(body) < length:
        body += connection.recv(65536)
    return head.decode()


def _say(connection: socket.socket, tokens: int) -> None:
    head = answer_head(200, DIALECT.head(ANSWER, stream=True), content_length=None)
    connection.sendall(head + b"".join(chunk(event) for event in DIALECT.opening(ANSWER)))
    for index in range(tokens):
        connection.sendall(chunk(DIALECT.token(ANSWER, token_text(1, index))))
        time.sleep(0.005)


def whole(connection: socket.socket) -> bool:
    """Three tokens, their finish and usage, and the end."""
    _say(connection, 3)
    connection.sendall(b"".join(chunk(e) for e in DIALECT.closing(ANSWER)) + LAST_CHUNK)
    return True


def unavailable(connection: socket.socket) -> bool:
    """The provider's own 503."""
    refusal = DIALECT.refusal(503)
    head = answer_head(503, refusal.headers, content_length=len(refusal.body))
    connection.sendall(head + refusal.body)
    return True


def silent(connection: socket.socket) -> bool:
    """No byte until the client gives up."""
    connection.settimeout(HANG_S)
    connection.recv(1)
    return False


def stalled(connection: socket.socket) -> bool:
    """Two tokens, then no byte until the client gives up."""
    _say(connection, 2)
    return silent(connection)


def unfinished(connection: socket.socket) -> bool:
    """Two tokens and a well-formed end without a finish reason."""
    _say(connection, 2)
    connection.sendall(LAST_CHUNK)
    return True


def cut(connection: socket.socket) -> bool:
    """Two tokens, then FIN."""
    _say(connection, 2)
    return False


def reset(connection: socket.socket) -> bool:
    """Two tokens, then RST."""
    _say(connection, 2)
    # The client is to have read them: a reset throws away what is still on the way.
    time.sleep(0.1)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    return False


def closed(connection: socket.socket) -> bool:
    """FIN instead of an answer."""
    del connection
    return False


def garbage(connection: socket.socket) -> bool:
    """Bytes that are no HTTP."""
    connection.sendall(b"220 mail.example ready\r\n")
    return False


def lost_token(connection: socket.socket) -> bool:
    """A finished answer of three tokens whose second one is missing."""
    head = answer_head(200, DIALECT.head(ANSWER, stream=True), content_length=None)
    tokens = [DIALECT.token(ANSWER, token_text(1, index)) for index in (0, 2)]
    events = [*DIALECT.opening(ANSWER), *tokens, *DIALECT.closing(ANSWER)]
    connection.sendall(head + b"".join(map(chunk, events)) + LAST_CHUNK)
    return True
