"""The page's server: loopback only, GET only, and only for who asks for it by its own name.

A page elsewhere cannot read it by a name of its own that leads here (DNS rebinding): the `Host` of
a request has to be this one.
"""

import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import cast

from experiments import terminal
from experiments.reading.problems import UsageError
from experiments.view.opened import Opened
from experiments.view.routes import Answer, answer, refusal

HOST = "127.0.0.1"
NAMES = (HOST, "localhost")
IDLE_S = 30.0
MOST_CONNECTIONS = 32

Request = socket.socket | tuple[bytes, socket.socket]
"""What socketserver calls a connection; the second is of another kind of server."""


class ViewServer(ThreadingHTTPServer):
    """Serves one run; a thread per connection, and not many of those."""

    daemon_threads = False
    request_queue_size = MOST_CONNECTIONS

    def __init__(self, opened: Opened, port: int) -> None:
        """Listen; port 0 takes any that is free. Raises OSError."""
        self.opened = opened
        self._open: set[socket.socket] = set()
        super().__init__((HOST, port), _Handler)

    @property
    def url(self) -> str:
        """Where the page is."""
        return f"http://{HOST}:{self.server_port}/"

    @property
    def names(self) -> frozenset[str]:
        """What a request may call this server."""
        return frozenset(f"{name}:{self.server_port}" for name in NAMES)

    def process_request(self, request: Request, client_address: object) -> None:
        """Serve socketserver: another connection, unless there are too many."""
        if isinstance(request, socket.socket) and len(self._open) < MOST_CONNECTIONS:
            self._open.add(request)
            super().process_request(request, client_address)
        else:
            self.shutdown_request(request)

    def shutdown_request(self, request: Request) -> None:
        """Serve socketserver: a connection is over."""
        super().shutdown_request(request)
        self._open.discard(cast("socket.socket", request))

    def server_close(self) -> None:
        """End the connections that are open, wait for their threads, and listen no more."""
        for connection in tuple(self._open):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        super().server_close()

    def handle_error(self, request: object, client_address: object) -> None:  # noqa: ARG002 - as socketserver calls it
        """Serve socketserver: a browser that leaves is nobody's error; another one is told."""
        error = sys.exception()
        if not isinstance(error, OSError):
            terminal.warn(f"crosswind crashed over a connection: {type(error).__name__}: {error}")


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "crosswind"
    sys_version = ""
    timeout = IDLE_S

    def do_GET(self) -> None:
        """Serve http.server: a GET."""
        server = cast("ViewServer", self.server)
        if self.headers.get("Host", "").lower() not in server.names:
            self._write(refusal(421, "this is not the server of that name"))
        else:
            self._write(self._answer(server.opened))

    do_HEAD = do_GET  # noqa: N815 - named by http.server

    def _answer(self, opened: Opened) -> Answer:
        try:
            return answer(opened, self.path)
        except Exception as error:  # noqa: BLE001 - the page says it, the next request is served
            what = f"{type(error).__name__}: {error}"
            terminal.warn(f"crosswind crashed over {self.path}: {what}")
            return refusal(500, f"crosswind crashed: {what}")

    def log_message(self, *_what: object) -> None:
        """Say nothing: the terminal is the user's."""

    def _write(self, said: Answer) -> None:
        self.send_response(said.status)
        headers = {
            "Content-Type": said.kind,
            "Content-Length": str(len(said.body)),
            "Content-Security-Policy": said.policy,
            "Cross-Origin-Resource-Policy": "same-origin",
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
            "Cache-Control": "no-store",
        }
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(said.body)


@contextmanager
def serving(opened: Opened, port: int = 0) -> Iterator[ViewServer]:
    """Serve in a thread until the block is left; raises UsageError for a port that is taken."""
    try:
        server = ViewServer(opened, port)
    except OSError as error:
        raise UsageError(f"--port {port}: cannot listen there: {error.strerror}") from error
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
