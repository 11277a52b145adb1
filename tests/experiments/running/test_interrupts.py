"""Ctrl-C counted, in processes of their own so that the test run is not interrupted."""

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = """
import os, signal, sys
from experiments.running.interrupts import Interrupts
signal.signal(signal.SIGINT, signal.default_int_handler)  # a test run in the background ignores it
with Interrupts(lambda: print("at once", flush=True), "not judged") as interrupts:
    print(interrupts.asked)
    for _ in range({presses}):
        os.kill(os.getpid(), signal.SIGINT)
    print(interrupts.asked, flush=True)
os.kill(os.getpid(), signal.SIGINT)
"""


def press(times: int, folder: Path) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-P", "-c", SCRIPT.format(presses=times)]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.mark.live
def test_the_first_asks_for_an_orderly_end_and_afterwards_the_old_ways_return(
    tmp_path: Path,
) -> None:
    done = press(1, tmp_path)
    assert done.stdout.split("\n")[:2] == ["False", "True"]
    assert "KeyboardInterrupt" in done.stderr


@pytest.mark.live
def test_the_second_ends_at_once_with_130(tmp_path: Path) -> None:
    done = press(2, tmp_path)
    assert done.returncode == 130
    assert done.stdout.split("\n")[1] == "at once"
    assert done.stderr == "not judged\n"
