"""The conductor is killed in an outage: nobody is faulted, nobody sends, nobody stays."""

import http.client
import json
import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.live.rehearsals import CROSSWIND, Rehearsal, wait_for, write_short

pytestmark = [pytest.mark.live, pytest.mark.timeout(90)]

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


@pytest.fixture
def rehearsal(tmp_path: Path) -> Iterator[Rehearsal]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    experiment = write_short(tmp_path, fault=20, bystanders="true")
    text = experiment.read_text()
    listening = f"azure: {{dialect: azure-openai, listen: '127.0.0.1:{port}',"
    experiment.write_text(text.replace("azure: {dialect: azure-openai,", listening))
    started = Rehearsal(experiment, tmp_path)
    started.port = port  # type: ignore[attr-defined]
    yield started
    started.close()


def sent_by_the_run(folder: Path) -> list[float]:
    """Return when each request with a trace of the run's reached a stand-in, in seconds."""
    tag = folder.name.rsplit("-", 1)[1]
    logs = (folder / "stand-in").glob("*.jsonl")
    lines = [json.loads(line) for log in logs for line in log.read_text().splitlines()]
    return [line["at_ns"] / 1e9 for line in lines if (line["trace_id"] or "").startswith(tag)]


def test_when_the_conductor_is_killed_everything_ends(rehearsal: Rehearsal) -> None:
    bystander = Bystander(rehearsal.port)  # type: ignore[attr-defined]
    rehearsal.until(0.5)
    bystander.start()
    rehearsal.until(8.0)
    killed = time.monotonic()
    os.kill(rehearsal.process.pid, signal.SIGKILL)
    wait_for(lambda: None if rehearsal.left() else True, 10.0)
    bystander.stopped.wait(max(0.0, killed + 10.5 - time.monotonic()))
    bystander.stopped.set()
    bystander.join(6)

    during = bystander.between(killed - 2.5, killed - 0.1)
    assert during
    assert set(during) == {503}, "it was not being faulted before"
    assert 503 not in bystander.between(killed + 1.0, killed + 60)
    afterwards = bystander.between(killed + 10.0, killed + 60)
    assert set(afterwards) == {"refused"}

    sent = sent_by_the_run(rehearsal.folder())
    assert any(at < killed for at in sent)
    assert not [at for at in sent if at > killed + 1.0]

    judged = subprocess.run(
        [CROSSWIND, "judge", str(rehearsal.folder())], capture_output=True, text=True, check=False
    )
    assert judged.returncode == 4
    assert "end record" in judged.stdout
