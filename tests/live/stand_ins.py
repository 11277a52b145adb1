"""Stand-ins in a process of their own, for tests that ask them over real sockets."""

import json
import os
import select
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from providers.config import Latency, StandIn, StandInConfig, StandInListener
from providers.dialect import Dialect, Question
from providers.http1 import AnswerReader, request_bytes
from providers.request_log import Line, read_log
from telemetry import leash

SEED = 7
FAST = Latency(overhead_s=0.01, per_prompt_token_s=0, token_gap_s=0.002, token_gap_sigma=0.1)
SLOW = Latency(overhead_s=0.01, per_prompt_token_s=0, token_gap_s=0.05, token_gap_sigma=0)
VERTEX: dict[str, dict[str, object]] = {"vertex-gemini": {"project": "rehearsal"}}

T = TypeVar("T")


def azure(settings: StandIn, *, port: int = 0) -> StandInListener:
    """Return an Azure stand-in's listener."""
    return StandInListener(
        endpoint="azure", dialect={"azure-openai": {}}, stand_in=settings, port=port
    )


def vertex(settings: StandIn) -> StandInListener:
    """Return a Vertex AI stand-in's listener."""
    return StandInListener(endpoint="vertex", dialect=VERTEX, stand_in=settings)


class StandInProcess:
    """`python -m providers.stand_in_process` on a leash, as a conductor holds it."""

    def __init__(self, folder: Path, *listeners: StandInListener) -> None:
        """Start it and wait for its ports."""
        self.folder = folder
        self._clients: list[Client] = []
        config = folder / "config.json"
        config.write_bytes(
            msgspec.json.encode(
                StandInConfig(seed=SEED, stand_ins=listeners, log_folder=str(folder / "logs"))
            )
        )
        ready, ready_child = os.pipe()
        leash_child, self.leash = os.pipe()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "providers.stand_in_process", str(config)],
            stdin=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            pass_fds=(ready_child, leash_child),
            env={
                **os.environ,
                leash.READY_VARIABLE: str(ready_child),
                leash.LEASH_VARIABLE: str(leash_child),
            },
            start_new_session=True,
        )
        os.close(ready_child)
        os.close(leash_child)
        self.word = _ready_word(ready)
        os.close(ready)
        self.ports: dict[str, int] = self.word.get("ports", {})

    def client(self, endpoint: str) -> "Client":
        """Connect to a stand-in; the connection ends with the process, if not before."""
        self._clients.append(Client(self.ports[endpoint]))
        return self._clients[-1]

    def log(self, endpoint: str, lines: int) -> list[Line]:
        """Return a request log once it has so many lines."""
        path = self.folder / "logs" / f"{endpoint}.jsonl"

        def enough() -> list[Line] | None:
            found = read_log(path)
            return found if len(found) >= lines else None

        return wait_for(enough)

    def let_go(self) -> None:
        """Close the leash, as a conductor's death would."""
        if self.leash >= 0:
            os.close(self.leash)
            self.leash = -1

    def close(self) -> None:
        """End the process and its clients, however it takes it."""
        for client in self._clients:
            client.close()
        self.let_go()
        self.process.kill()
        self.process.communicate()


class Client:
    """A connection of raw bytes."""

    def __init__(self, port: int) -> None:
        """Connect on loopback."""
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=10)

    def send(self, data: bytes) -> None:
        """Send bytes as they are."""
        self._socket.sendall(data)

    def ask(self, dialect: Dialect, question: Question, *headers: tuple[str, str]) -> None:
        """Send a question."""
        self.send(request_bytes(dialect.request(question, "", "secret"), "127.0.0.1", headers))

    def receive(self) -> bytes:
        """Return what comes next, as it is."""
        return self._socket.recv(65536)

    def read(self) -> AnswerReader:
        """Read one answer to its end, or to the connection's."""
        return self.read_until(lambda reader: reader.complete)

    def read_until(self, seen: Callable[[AnswerReader], bool]) -> AnswerReader:
        """Read until something is seen, or the connection ends."""
        reader = AnswerReader()
        while not seen(reader):
            data = self.receive()
            if not data:
                reader.feed_eof()
                break
            reader.feed(data)
        return reader

    def ended(self) -> bool:
        """Tell whether the other side closed the connection."""
        try:
            return self._socket.recv(1) == b""
        except ConnectionResetError:
            return True

    def close(self) -> None:
        """Hang up."""
        self._socket.close()


def wait_for(look: Callable[[], T | None], within_s: float = 10.0) -> T:
    """Return what is looked for once it is there."""
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        found = look()
        if found is not None:
            return found
        time.sleep(0.01)
    raise AssertionError("it never came")


def _ready_word(descriptor: int) -> dict[str, Any]:
    data = b""
    while not data.endswith(b"\n"):
        readable, _, _ = select.select([descriptor], [], [], 15)
        piece = os.read(descriptor, 65536) if readable else b""
        if not piece:
            return {}
        data += piece
    word: dict[str, Any] = json.loads(data)
    return word
