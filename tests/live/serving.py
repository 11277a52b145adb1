"""`crosswind serve` under way, its control API, and a server that says back what it hears."""

import contextlib
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple, Self

from tests.live.rehearsals import CROSSWIND, wait_for

WITHIN_S = 20.0


class Answer(NamedTuple):
    """What the API said."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Serving:
    """The command, its output, and its API."""

    def __init__(
        self, folder: Path, *words: str, api: str = "127.0.0.1:0", token: str = ""
    ) -> None:
        self.folder = folder
        self.environment = {
            **os.environ,
            "XDG_RUNTIME_DIR": str(folder),
            "PYTHONUNBUFFERED": "1",
            **({"CROSSWIND_TOKEN": token} if token else {}),
        }
        self._output = folder / "output.txt"
        with self._output.open("wb") as sink:
            self.process = subprocess.Popen(
                [CROSSWIND, "serve", "--api", api, *words],
                stdout=sink,
                stderr=subprocess.STDOUT,
                env=self.environment,
            )

    def __enter__(self) -> Self:
        wait_for(lambda: self._begun() or None, WITHIN_S)
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(WITHIN_S)
        finally:
            self.process.kill()
            self.process.wait()

    def _begun(self) -> bool:
        return "serving until" in self.said() or self.process.poll() is not None

    def said(self) -> str:
        return self._output.read_text()

    @property
    def api_port(self) -> int:
        found = re.search(r"control: http://127\.0\.0\.1:(\d+)", self.said())
        assert found, self.said()
        return int(found[1])

    def port(self, name: str) -> int:
        """Return a proxy's port, as it was said."""
        found = re.search(rf"^{name}: (?:http://)?127\.0\.0\.1:(\d+)", self.said(), re.MULTILINE)
        assert found, self.said()
        return int(found[1])

    def ask(
        self, method: str, path: str, body: object = None, headers: dict[str, str] | None = None
    ) -> Answer:
        """Ask the API; a text goes as it is, anything else as JSON."""
        return ask(self.api_port, method, path, body, headers)

    def crosswind(self, *words: str) -> "subprocess.CompletedProcess[str]":
        """Run another command against the same injectors."""
        command = [CROSSWIND, *words]
        return subprocess.run(
            command, env=self.environment, capture_output=True, text=True, check=False
        )

    def injectors(self) -> list[int]:
        """Return the process ids of the injectors."""
        pids: list[int] = self.ask("GET", "/v1").json["injectors"]
        return pids


def ask(
    port: int,
    method: str,
    path: str,
    body: object = None,
    headers: dict[str, str] | None = None,
) -> Answer:
    """Ask whoever listens there."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=WITHIN_S)
    sent = body if isinstance(body, str) or body is None else json.dumps(body)
    try:
        connection.request(method, path, sent, headers or {})
        response = connection.getresponse()
        fields = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, fields, response.read())
    finally:
        connection.close()


class Echo:
    """Says back what it hears, and its own FIN after the client's; `heard` counts bytes."""

    def __init__(self, greeting: bytes = b"") -> None:
        self._greeting = greeting
        self.heard = 0
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port: int = self._listener.getsockname()[1]

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                line = self._listener.accept()[0]
                threading.Thread(target=self._serve, args=(line,), daemon=True).start()

    def _serve(self, line: socket.socket) -> None:
        with contextlib.suppress(OSError), line:
            line.sendall(self._greeting)
            while data := line.recv(65_536):
                self.heard += len(data)
                line.sendall(data)


@contextlib.contextmanager
def connected(port: int) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", port), WITHIN_S) as line:
        line.settimeout(WITHIN_S)
        yield line


def said_back(port: int, text: bytes = b"well?") -> bytes:
    """Say something through a proxy and return all that comes back; b"" for a mere FIN."""
    with connected(port) as line:
        line.sendall(text)
        line.shutdown(socket.SHUT_WR)
        heard = b""
        while piece := line.recv(65_536):
            heard += piece
        return heard
