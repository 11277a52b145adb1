"""The family of a process, on real processes of three generations."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest

from experiments.running.descendants import descendants, signal_all

GRANDPARENT = """
import subprocess, sys
with subprocess.Popen([sys.executable, "-c", sys.argv[1], *sys.argv[2:]]) as child:
    pass
"""
LAST = "import time; print('up', flush=True); time.sleep(60)"
pytestmark = pytest.mark.live


@pytest.fixture
def family() -> Iterator["subprocess.Popen[str]"]:
    command = [sys.executable, "-c", GRANDPARENT, GRANDPARENT, LAST]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as eldest:
        assert eldest.stdout is not None
        eldest.stdout.readline()
        yield eldest
        signal_all((*descendants(eldest.pid), eldest.pid), signal.SIGKILL)


def test_all_below_a_process_are_found_parents_first(family: "subprocess.Popen[str]") -> None:
    parent, last = descendants(family.pid)
    assert descendants(parent) == (last,)
    assert descendants(last) == ()
    assert parent in descendants(os.getpid())


def test_who_has_ended_is_none_of_them_though_nobody_has_looked(
    family: "subprocess.Popen[str]",
) -> None:
    family.kill()
    os.waitid(os.P_PID, family.pid, os.WEXITED | os.WNOWAIT)
    assert family.pid not in descendants(os.getpid())


def test_a_signal_to_those_that_are_gone_is_nothing(family: "subprocess.Popen[str]") -> None:
    below = descendants(family.pid)
    signal_all(below, signal.SIGKILL)
    family.wait(10)
    signal_all(below, signal.SIGTERM)
    assert descendants(family.pid) == ()
