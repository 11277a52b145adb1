"""Token endpoints of a test's own: with TLS, or with tokens that end soon."""

import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from providers.dialect import HttpAnswer, HttpRequest

Answering = Callable[[HttpRequest], HttpAnswer]


@contextmanager
def token_endpoint(answering: Answering, tls: ssl.SSLContext | None = None) -> Iterator[str]:
    """Serve a pure answer on loopback until the block ends; yields `host:port`."""

    class Asked(BaseHTTPRequestHandler):
        """Answers one request and closes."""

        def do_GET(self) -> None:
            self._answer()

        def do_POST(self) -> None:
            self._answer()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            via = (("X-Forwarded-Proto", "http" if tls is None else "https"),)
            headers = (*self.headers.items(), *via)
            said = answering(
                HttpRequest(method=self.command, target=self.path, headers=headers, body=body)
            )
            self.send_response(said.status)
            for name, value in said.headers:
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(said.body)))
            self.end_headers()
            self.wfile.write(said.body)

    with ThreadingHTTPServer(("127.0.0.1", 0), Asked) as server:
        server.daemon_threads = True
        server.block_on_close = False
        if tls is not None:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        try:
            yield f"127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
