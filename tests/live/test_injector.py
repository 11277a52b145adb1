"""The injector process: its leash, its orders, and what it does not start with."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from telemetry.leash import Stop
from telemetry.rows import Opened, SpoolEnded
from tests.live.proxied import (
    STALL,
    WITHIN_S,
    Line,
    Provider,
    always,
    body,
    held,
    proxied,
    refused,
    streams,
    wait_until,
)
from tests.live.said import END, events, new_span, request

pytestmark = [pytest.mark.live, pytest.mark.usefixtures("own_runtime_folder")]


@pytest.fixture
def provider() -> Iterator[Provider]:
    with Provider() as provider:
        provider.expect(streams)
        yield provider


def test_when_the_leash_is_let_go_faults_are_off_listeners_closed_and_the_process_ends(
    provider: Provider,
) -> None:
    with proxied(provider.port, rules=(always("stall", STALL, "azure"),)) as proxy:
        line = held(proxy)
        proxy.child.release()
        line.read_until(END)
        assert body(line) == events(3)
        wait_until(lambda: refused(proxy))
        assert proxy.child.wait(WITHIN_S)
        assert proxy.child.exit_code() == 0
        opened, *_, end = proxy.rows()
    assert isinstance(opened, Opened)
    assert isinstance(end, SpoolEnded)
    assert (opened.role, end.rows, end.dropped) == ("injector", end.seq, 0)


@pytest.mark.parametrize("how", ["stop", "term"])
def test_what_is_in_flight_gets_its_time_and_is_then_shut_down(
    provider: Provider, how: str
) -> None:
    provider.expect(silent)
    with proxied(provider.port) as proxy:
        span = new_span()
        line = proxy.connect()
        line.send(request(b"{}", span=span))
        wait_until(lambda: provider.lines)
        if how == "stop":
            proxy.child.order(Stop(within_s=0.3))
        else:
            os.kill(proxy.child.pid, signal.SIGTERM)
            assert line.silent_for(0.3)
            line.reset()
        assert proxy.child.wait(WITHIN_S)
        assert proxy.end_of(span).ending == ("shutdown" if how == "stop" else "client_gone")
        assert isinstance(proxy.rows()[-1], SpoolEnded)


def silent(line: Line) -> None:
    line.read_to_end()


def run(*arguments: str, leash: bool = True) -> "subprocess.CompletedProcess[str]":
    pipes = {"CROSSWIND_LEASH_FD": "0", "CROSSWIND_READY_FD": "1"} if leash else {}
    return subprocess.run(
        [sys.executable, "-m", "faults.injector", *arguments],
        env={**os.environ, **pipes},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=WITHIN_S,
    )


def config(port: int = 0, upstream: str = "http://127.0.0.1:1", **changes: object) -> str:
    listener = {"endpoint": "a", "dialect": {"azure-openai": {}}, "upstream": upstream}
    whole = {"seed": 1, "run_tag": "00000000", "listeners": [{**listener, "port": port}]}
    return json.dumps({**whole, **changes})


QUAKE = {"id": "x", "endpoints": ["a"], "inject": {"earthquake": {}}, "start_s": 0, "end_s": 1}
STRANGE = {"endpoint": "a", "dialect": {"klingon": {}}, "upstream": "http://127.0.0.1:1"}


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ('{"seed": 1}', "run_tag"),
        ("nonsense", "malformed"),
        (config(listeners=[STRANGE]), "klingon"),
        (config(upstream="ftp://127.0.0.1:1"), "ftp://127.0.0.1:1"),
        (config(rules=[QUAKE]), "earthquake"),
    ],
)
def test_a_configuration_that_cannot_be_done_is_refused_in_words(
    tmp_path: Path, config: str, said: str
) -> None:
    path = tmp_path / "config.json"
    path.write_text(config)
    ended = run(str(path))
    assert ended.returncode == 2
    assert said in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_port_in_use_is_refused_in_words(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        path = tmp_path / "config.json"
        path.write_text(config(taken.getsockname()[1]))
        ended = run(str(path))
    assert ended.returncode == 2
    assert "in use" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_without_a_leash_it_does_not_start() -> None:
    ended = run("config.json", leash=False)
    assert ended.returncode == 2
    assert "leash" in ended.stderr
