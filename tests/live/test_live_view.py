"""The live view on a real terminal, and what is a terminal to it."""

import contextlib
import fcntl
import os
import pty
import signal
import struct
import subprocess
import sys
import termios
import threading
from pathlib import Path

import pytest

from tests.live.rehearsals import CROSSWIND, pids_with, wait_for, write_short

pytestmark = [pytest.mark.live, pytest.mark.timeout(90)]

HIDE, SHOW = "\x1b[?25l", "\x1b[?25h"
ASKED = "from experiments.terminal import live_console; print(live_console() is not None)"
COLOURS = "from experiments.terminal import live_console; print(live_console().no_color)"


class Terminal:
    """A terminal of 80 columns and 30 rows with one command on it."""

    def __init__(self, *command: str, **environment: str) -> None:
        self._ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 80, 0, 0))
        plain = {name: value for name, value in os.environ.items() if name not in _TELLING}
        self.process = subprocess.Popen(
            command,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
            env={**plain, "TERM": "xterm-256color", "PYTHONUTF8": "1", **environment},
        )
        os.close(theirs)
        self._shown = b""
        self._reading = threading.Thread(target=self._read, daemon=True)
        self._reading.start()

    def shown(self) -> str:
        """Return all that was ever written to it."""
        return self._shown.decode(errors="replace")

    def end(self, within_s: float = 30.0) -> int:
        """Wait until the command has ended and all it wrote was read; returns its exit code."""
        code = self.process.wait(within_s)
        self._reading.join(5.0)
        os.close(self._ours)
        return code

    def _read(self) -> None:
        with contextlib.suppress(OSError):  # how Linux says that nobody is left at the other end
            while data := os.read(self._ours, 65536):
                self._shown += data


_TELLING = {"NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE", "COLUMNS", "LINES"}


def run(folder: Path, *options: str) -> Terminal:
    experiment = str(write_short(folder))
    return Terminal(CROSSWIND, "run", experiment, "--out", str(folder / "runs"), *options)


def until_shown(terminal: Terminal, text: str) -> None:
    wait_for(lambda: text in terminal.shown() or None, 30.0)


def close(terminal: Terminal, folder: Path) -> None:
    for pid in {terminal.process.pid, *pids_with(str(folder / "runs"))}:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    terminal.process.wait()


@pytest.mark.parametrize(("presses", "code"), [(1, 5), (2, 130)])
def test_ctrl_c_leaves_the_terminal_as_it_was(presses: int, code: int, tmp_path: Path) -> None:
    terminal = run(tmp_path)
    try:
        until_shown(terminal, "breakers")
        for _ in range(presses):
            terminal.process.send_signal(signal.SIGINT)
            until_shown(terminal, "interrupted:")
        assert terminal.end() == code
    finally:
        close(terminal, tmp_path)
    shown = terminal.shown()
    assert "Ctrl-C: stop in order" in shown
    assert shown.rindex(SHOW) > shown.rindex(HIDE)
    assert shown.endswith("\r\n")
    assert pids_with(str(tmp_path / "runs")) == []


def test_plain_gives_lines_on_a_terminal(tmp_path: Path) -> None:
    terminal = run(tmp_path, "--plain")
    try:
        until_shown(terminal, "/s  failed ")
        terminal.process.send_signal(signal.SIGINT)
        assert terminal.end() == 5
    finally:
        close(terminal, tmp_path)
    assert HIDE not in terminal.shown()
    assert "breakers" not in terminal.shown()


@pytest.mark.parametrize(
    ("environment", "drawn_on"),
    [
        ({}, True),
        ({"TERM": "dumb"}, False),
        ({"NO_COLOR": "1"}, True),
        ({"PYTHONIOENCODING": "latin-1"}, False),
    ],
)
def test_terminals_that_cannot_draw_are_known(
    environment: dict[str, str],
    drawn_on: bool,  # noqa: FBT001
) -> None:
    terminal = Terminal(sys.executable, "-c", ASKED, **environment)
    assert terminal.end() == 0
    assert terminal.shown().strip() == str(drawn_on)


def test_no_colour_means_no_colour() -> None:
    terminal = Terminal(sys.executable, "-c", COLOURS, NO_COLOR="1")
    assert terminal.end() == 0
    assert terminal.shown().strip() == "True"


def test_a_pipe_that_is_called_a_terminal_is_none() -> None:
    done = subprocess.run(
        [sys.executable, "-c", ASKED],
        capture_output=True,
        check=True,
        env={**os.environ, "FORCE_COLOR": "1"},
    )
    assert done.stdout.strip() == b"False"
