"""A collector in a process of its own, for tests that send to it over real sockets."""

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from experiments.running.processes import COLLECTOR, Processes
from providers.http1 import AnswerReader
from telemetry.collected import collected_spans
from telemetry.collecting.limits import USUAL, Limits
from telemetry.collector_config import GRPC, HTTP, CollectorConfig
from telemetry.rows import SpanCollected
from tests.live.rehearsals import pids_with

MB = 1_000_000


class Collecting:
    """A collector that runs."""

    def __init__(self, folder: Path, processes: Processes, ports: dict[str, int]) -> None:
        """`folder` is the run's."""
        self.folder = folder
        self.processes = processes
        self.http_port, self.grpc_port = ports[HTTP], ports[GRPC]
        (self.pid,) = pids_with(str(folder / "config"))
        self._before = self._status("VmRSS")

    def growth_mb(self) -> float:
        """Return by how much it ever was larger than when it was ready."""
        return (self._status("VmHWM") - self._before) / MB

    def post(self, body: bytes, *headers: str, target: str = "/v1/traces") -> AnswerReader:
        """Send a request of raw bytes, whole, and read the answer."""
        lines = [f"POST {target} HTTP/1.1", "Host: x", f"Content-Length: {len(body)}", *headers]
        return self.send(("\r\n".join(lines) + "\r\n\r\n").encode() + body)

    def send(self, data: bytes) -> AnswerReader:
        """Send bytes and read one answer."""
        with socket.create_connection(("127.0.0.1", self.http_port), timeout=20) as connection:
            connection.sendall(data)
            return read_answer(connection)

    def spans(self, count: int, within_s: float = 10.0) -> list[SpanCollected]:
        """Return what was kept, once so many spans are there."""
        deadline = time.monotonic() + within_s
        while len(found := list(collected_spans(self.folder))) < count:
            assert time.monotonic() < deadline, f"{len(found)} spans, not {count}"
            time.sleep(0.02)
        return found

    def end(self) -> dict[str, int]:
        """End it and return its counts."""
        counts = self.processes.end_collecting()
        assert counts is not None
        assert self.processes.stop(COLLECTOR) == ""
        return counts

    def _status(self, name: str) -> int:
        """Return a size of its memory in bytes, by its name in `/proc/<pid>/status`."""
        lines = Path(f"/proc/{self.pid}/status").read_text().splitlines()
        (line,) = [line for line in lines if line.startswith(f"{name}:")]
        return int(line.split()[1]) * 1024


def read_answer(connection: socket.socket) -> AnswerReader:
    """Read one answer to its end, or to the connection's."""
    reader = AnswerReader()
    while not reader.complete:
        data = connection.recv(65536)
        if not data:
            reader.feed_eof()
            break
        reader.feed(data)
    return reader


@contextmanager
def collector(folder: Path, limits: Limits = USUAL) -> Iterator[Collecting]:
    """Start a collector and end it, however it takes it."""
    processes = Processes(folder)
    try:
        ports = processes.start(COLLECTOR, CollectorConfig(run_folder=str(folder), limits=limits))
        yield Collecting(folder, processes, ports)
    finally:
        processes.release_all(2.0)
