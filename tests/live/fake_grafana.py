"""The annotations of Grafana's HTTP API, in memory: what it takes, answers and refuses."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


class FakeGrafana(ThreadingHTTPServer):
    """Answers under `/api/annotations` to whoever has the token; `refuse` is a status instead."""

    daemon_threads = True

    def __init__(self, token: str) -> None:
        super().__init__(("127.0.0.1", 0), _Answers)
        self.token = token
        self.refuse = 0
        self.annotations: list[dict[str, Any]] = []
        self.asked: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def found(self, tags: list[str], limit: int) -> list[dict[str, Any]]:
        """Return annotations that have all tags."""
        return [one for one in self.annotations if set(tags) <= set(one["tags"])][:limit]


class _Answers(BaseHTTPRequestHandler):
    server: FakeGrafana

    def do_GET(self) -> None:
        if self._allowed():
            query = parse_qs(urlsplit(self.path).query)
            limit = int(query.get("limit", ["100"])[0])
            self._answer(200, self.server.found(query.get("tags", []), limit))

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self._allowed():
            told = json.loads(body)
            number = len(self.server.annotations) + 1
            self.server.annotations.append({"id": number, "dashboardUID": "", **told})
            self._answer(200, {"message": "Annotation added", "id": number})

    def _allowed(self) -> bool:
        self.server.asked.append(f"{self.command} {urlsplit(self.path).path}")
        if self.server.refuse:
            self._answer(self.server.refuse, {"message": "refused"})
        elif self.headers["Authorization"] != f"Bearer {self.server.token}":
            self._answer(401, {"message": "Invalid API key"})
        else:
            return True
        return False

    def _answer(self, status: int, body: object) -> None:
        text = json.dumps(body).encode()
        self.send_response(status)
        if 300 <= status < 400:
            self.send_header("Location", f"{self.server.url}/elsewhere")
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def fake_grafana(token: str) -> Iterator[FakeGrafana]:
    server = FakeGrafana(token)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
