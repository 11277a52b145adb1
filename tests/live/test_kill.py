"""The kill switch works from a shell of its own, without the conductor, and stays engaged."""

import http.client
import json
import os
import re
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.kill import BAR_S, RATE_PER_S, kill_under_load
from tests.live.rehearsals import CROSSWIND, wait_for, write_short

pytestmark = pytest.mark.live

QUESTION = json.dumps({"messages": [{"role": "user", "content": "well?"}], "max_tokens": 2})
PATH = "/openai/deployments/gpt-4o/chat/completions?api-version=2024-10-21"


@pytest.fixture
def private(tmp_path: Path) -> dict[str, str]:
    """Return an environment whose kill switch reaches only this test's injectors."""
    return {**os.environ, "XDG_RUNTIME_DIR": str(tmp_path), "PYTHONUNBUFFERED": "1"}


@pytest.fixture
def port(tmp_path: Path, private: dict[str, str]) -> Iterator[int]:
    """Return the port of an endpoint that answers nothing but 503 for a long while."""
    output = tmp_path / "output.txt"
    command = [CROSSWIND, "serve", str(write_short(tmp_path, fault=60))]
    with output.open("wb") as sink:
        process = subprocess.Popen(command, stdout=sink, stderr=subprocess.STDOUT, env=private)
    try:
        wait_for(lambda: "serving until" in output.read_text() or None, 20)
        found = re.search(r"azure: http://127\.0\.0\.1:(\d+)", output.read_text())
        assert found
        yield int(found[1])
        process.send_signal(signal.SIGINT)
        assert process.wait(15) == 0
    finally:
        process.kill()


def status(port: int) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        headers = {"api-key": "k", "content-type": "application/json"}
        connection.request("POST", PATH, QUESTION, headers)
        return connection.getresponse().status
    finally:
        connection.close()


def test_kill_empties_every_injector(port: int, private: dict[str, str]) -> None:
    wait_for(lambda: True if status(port) == 503 else None, 5)
    done = subprocess.run(
        [CROSSWIND, "kill"], env=private, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert status(port) == 200


def crosswind(private: dict[str, str], *words: str) -> "subprocess.CompletedProcess[str]":
    command = [CROSSWIND, *words]
    return subprocess.run(command, env=private, capture_output=True, text=True, check=False)


def test_the_switch_stays_engaged_until_it_is_released(
    port: int, private: dict[str, str], tmp_path: Path
) -> None:
    assert "engaged until" in crosswind(private, "kill", "--all").stdout
    refused = crosswind(private, "inject", "http_error", "--for", "30s")
    assert refused.returncode == 4
    assert "the kill switch is engaged" in refused.stdout
    run = crosswind(private, "run", str(tmp_path / "short.yaml"), "--out", str(tmp_path / "runs"))
    assert run.returncode == 4
    assert "crosswind kill --release" in run.stdout
    assert crosswind(private, "kill", "--release").stdout == "released\n"
    assert crosswind(private, "kill", "--release").stdout == "it was not engaged\n"
    again = crosswind(private, "inject", "http_error", "--for", "30s", "--set", "status=502")
    assert again.returncode == 0, again.stdout + again.stderr
    assert status(port) == 502


def test_a_fault_made_by_hand_ends_by_itself(port: int, private: dict[str, str]) -> None:
    crosswind(private, "kill")
    crosswind(private, "kill", "--release")
    wait_for(lambda: True if status(port) == 200 else None, 5)
    made = crosswind(private, "inject", "http_error", "--for", "1s", "--at", "azure")
    assert "armed for 1 s" in made.stdout
    assert "by-hand-http_error at azure" in crosswind(private, "inject", "--list").stdout
    wait_for(lambda: True if status(port) == 200 else None, 5)
    elsewhere = crosswind(private, "inject", "http_error", "--for", "1s", "--at", "azuer")
    assert elsewhere.returncode == 4
    assert "it has no endpoint azuer; there are azure, vertex" in elsewhere.stdout


def test_one_injector_alone_is_emptied_by_its_id(port: int, private: dict[str, str]) -> None:
    listed = crosswind(private, "inject", "--list").stdout
    pid = listed.split()[1]
    assert crosswind(private, "kill", "--pid", "1").returncode == 2
    assert "1 injectors asked\n" in crosswind(private, "kill", "--pid", pid).stdout
    assert status(port) == 200


def test_there_may_be_nothing_to_kill(private: dict[str, str]) -> None:
    done = subprocess.run(
        [CROSSWIND, "kill"], env=private, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0
    assert done.stdout


def test_under_load_nobody_is_faulted_a_moment_later_and_nobody_hangs() -> None:
    killed = kill_under_load(RATE_PER_S)
    assert killed.refused_before() > 100
    assert len(killed.held()) > 10
    assert killed.faults_left == 0
    assert killed.begun_later() > 100
    assert killed.latest_faulted_s() <= BAR_S
    assert not killed.still_open()
