"""A rehearsal whose conductor is killed in the outage, watched by an independent client."""

import http.client
import json
import os
import signal
import socket
import threading
import time
from pathlib import Path
from typing import NamedTuple

from tests.live.rehearsals import Rehearsal, wait_for, write_short

QUESTION = json.dumps({"messages": [{"role": "user", "content": "still there?"}], "max_tokens": 2})
PATH = "/openai/deployments/gpt-4o/chat/completions?api-version=2024-10-21"


class Bystander(threading.Thread):
    """An independent client that asks through the proxy's port all the time, until stopped."""

    def __init__(self, port: int) -> None:
        """`port` is the proxy's."""
        super().__init__(daemon=True)
        self.port = port
        self.saw: list[tuple[float, int | str]] = []
        self.stopped = threading.Event()

    def run(self) -> None:
        """Ask on a fresh connection every 50 ms; note when it was sent and what came."""
        while not self.stopped.wait(0.05):
            sent = time.monotonic()
            self.saw.append((sent, self.ask()))

    def ask(self) -> int | str:
        """Return the status, or `refused` or `cut`."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            headers = {"api-key": "k", "content-type": "application/json"}
            connection.request("POST", PATH, QUESTION, headers)
            return connection.getresponse().status
        except ConnectionRefusedError:
            return "refused"
        except (OSError, http.client.HTTPException):
            return "cut"
        finally:
            connection.close()

    def between(self, start: float, end: float) -> list[int | str]:
        """Return what was seen of what was sent in [start, end)."""
        return [what for sent, what in self.saw if start <= sent < end]


class Orphans(NamedTuple):
    """What was left of a run whose conductor was killed at `killed_s`, monotonic seconds."""

    rehearsal: Rehearsal
    bystander: Bystander
    killed_s: float


def orphan(folder: Path) -> Orphans:
    """Kill a conductor three seconds into the outage, and watch for eleven seconds."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    experiment = write_short(folder, fault=20, bystanders="true")
    listening = f"azure: {{dialect: azure-openai, listen: '127.0.0.1:{port}',"
    text = experiment.read_text()
    experiment.write_text(text.replace("azure: {dialect: azure-openai,", listening))
    rehearsal = Rehearsal(experiment, folder)
    bystander = Bystander(port)
    try:
        rehearsal.until(0.5)
        bystander.start()
        rehearsal.until(8.0)
        killed_s = time.monotonic()
        os.kill(rehearsal.process.pid, signal.SIGKILL)
        wait_for(lambda: None if rehearsal.left() else True, 10.0)
        bystander.stopped.wait(max(0.0, killed_s + 10.5 - time.monotonic()))
    finally:
        bystander.stopped.set()
        rehearsal.close()
    bystander.join(6)
    return Orphans(rehearsal, bystander, killed_s)


def sent_by_the_run(folder: Path) -> list[float]:
    """Return when each request with a trace of the run's reached a stand-in, in seconds."""
    tag = folder.name.rsplit("-", 1)[1]
    logs = (folder / "stand-in").glob("*.jsonl")
    lines = [json.loads(line) for log in logs for line in log.read_text().splitlines()]
    return [line["at_ns"] / 1e9 for line in lines if (line["trace_id"] or "").startswith(tag)]
