"""One stand-in of the command line's, as a process of its own: how it answers and how it ends."""

import os
import re
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.live.rehearsals import CROSSWIND, wait_for

pytestmark = pytest.mark.live


class StandIn:
    """`crosswind stand-in` under way."""

    def __init__(self, folder: Path) -> None:
        self.log = folder / "log"
        self._output = folder / "output.txt"
        with self._output.open("wb") as sink:
            self.process = subprocess.Popen(
                [CROSSWIND, "stand-in", "azure-openai", "--log", str(self.log)],
                stdout=sink,
                stderr=subprocess.STDOUT,
            )

    def said(self) -> str:
        return self._output.read_text()

    def wait_until_it_serves(self) -> int:
        """Wait, and return its port."""
        wait_for(lambda: "serving until" in self.said() or None, 20)
        found = re.search(r"azure-openai stand-in at http://127\.0\.0\.1:(\d+)", self.said())
        assert found
        return int(found[1])

    def child(self) -> int:
        """Return the process id of the one child."""
        pid = self.process.pid
        (child,) = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        return int(child)


@pytest.fixture
def stand_in(tmp_path: Path) -> Iterator[StandIn]:
    started = StandIn(tmp_path)
    try:
        yield started
    finally:
        started.process.kill()
        started.process.wait()


def test_it_answers_and_logs_until_ctrl_c_and_leaves_nothing_running(stand_in: StandIn) -> None:
    port = stand_in.wait_until_it_serves()
    child = stand_in.child()
    with socket.create_connection(("127.0.0.1", port), timeout=10) as caller:
        caller.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n")
        assert caller.recv(100).startswith(b"HTTP/1.1 401 ")
    stand_in.process.send_signal(signal.SIGINT)
    assert stand_in.process.wait(15) == 0
    assert stand_in.said().endswith("stopping\n")
    assert not Path(f"/proc/{child}").exists()
    assert [path.name for path in stand_in.log.iterdir()] == ["azure-openai.jsonl"]


def test_one_that_is_lost_is_said_and_exits_4(stand_in: StandIn) -> None:
    stand_in.wait_until_it_serves()
    pid = stand_in.child()
    os.kill(pid, signal.SIGKILL)
    assert stand_in.process.wait(15) == 4
    assert f"stand-in (process {pid}) ended with -9" in stand_in.said()


def test_one_that_cannot_log_is_refused_in_words(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("in the way")
    done = subprocess.run(
        [CROSSWIND, "stand-in", "azure-openai", "--log", str(log)],
        capture_output=True,
        text=True,
        check=False,
        timeout=20,
    )
    assert done.returncode == 2
    assert str(log) in done.stderr
    assert "crashed" not in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
