"""The proxies that are measured: ours, a bare relay, and the peers, each in its own process.

Cases: `none`; `rules`, 20 of them for other models and for headers that no request has; `drawn`, 20
that throw their dice about every exchange, which never fall; `late`, a fault that holds each
exchange for 20 ms.
"""

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from bench import proxy_peers
from bench.proxy_load import RUN_TAG
from bench.proxy_peers import LATE_MS, RULES
from experiments.running.children import Child, await_word
from faults.config import InjectorConfig, Listener, Rule, Tls
from faults.selection.match import Match
from faults.tls.authority import CERTIFICATE

START_S: Final = 10.0


class Subject(NamedTuple):
    """A running proxy: its port, the process that does the work, and what trusts its TLS."""

    port: int
    pid: int
    ca: str = ""


class MissingPeerError(Exception):
    """A peer's program is not here; the message says how to get it."""


def free_port() -> int:
    """Return a port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextlib.contextmanager
def ours(
    upstream: int,
    *,
    case: str = "none",
    tls: bool = False,
    http2: bool = False,
    upstream_ca: str = "",
) -> Iterator[Subject]:
    """Run our injector; with `upstream_ca` it asks over TLS."""
    folder = Path(tempfile.mkdtemp(prefix="crosswind-bench-"))
    scheme = "https://localhost" if upstream_ca else "http://127.0.0.1"
    listener = Listener(
        endpoint="origin",
        dialect={"azure-openai": {}},
        upstream=f"{scheme}:{upstream}",
        upstream_ca_file=upstream_ca or None,
        tls=Tls(ca_folder=str(folder / "ca")) if tls else None,
        http2=http2,
    )
    config = InjectorConfig(
        seed=1,
        run_tag=RUN_TAG,
        listeners=(listener,),
        rules=_rules(case),
        run_folder=str(folder),
        begin_at_once=True,
    )
    (folder / "config.json").write_bytes(msgspec.json.encode(config))
    child = Child("injector", "faults.injector", folder / "config.json", folder / "log")
    try:
        ports = msgspec.convert(await_word(child, "ready", START_S)["ports"], dict[str, int])
        yield Subject(ports["origin"], child.pid, str(folder / "ca" / CERTIFICATE) if tls else "")
    finally:
        child.release()
        if not child.wait(START_S):
            child.kill()
        shutil.rmtree(folder)


def _rules(case: str) -> tuple[Rule, ...]:
    if case == "late":
        return (_rule("late", 1.0, {"latency": {"delay_s": LATE_MS / 1e3}}),)
    refusal: dict[str, dict[str, object]] = {"http_error": {"status": 503}}
    count = 0 if case == "none" else RULES
    if case == "drawn":
        return tuple(_rule(f"rare {number}", 1e-12, refusal) for number in range(count))
    return tuple(
        _rule(f"rule {number}", 1.0, refusal, _elsewhere(number)) for number in range(count)
    )


def _elsewhere(number: int) -> Match:
    """Return what no request is: half of the rules ask for a model, half for a header."""
    if number % 2:
        return Match(model=f"another-{number}")
    return Match(header={f"x-fault-{number}": "yes"})


def _rule(
    name: str, share: float, inject: dict[str, dict[str, object]], match: Match | None = None
) -> Rule:
    return Rule(
        id=name,
        endpoints=("origin",),
        inject=inject,
        start_s=0,
        end_s=3600,
        share=share,
        match=match,
    )


@contextlib.contextmanager
def bare(upstream: int) -> Iterator[Subject]:
    """Run the bare relay."""
    with python("bench.proxy_l4", str(upstream)) as (process, word):
        yield Subject(int(word), process.pid)


@contextlib.contextmanager
def toxiproxy(upstream: int, program: str, *, case: str = "none") -> Iterator[Subject]:
    """Run Toxiproxy, without a toxic or with one of latency."""
    port, api = free_port(), free_port()
    proxy = {
        "name": "origin",
        "listen": f"127.0.0.1:{port}",
        "upstream": f"127.0.0.1:{upstream}",
        "enabled": True,
    }
    with tempfile.NamedTemporaryFile(suffix=".json") as config:
        Path(config.name).write_bytes(msgspec.json.encode([proxy]))
        command = [program, "-config", config.name, "-port", str(api)]
        with _process({**os.environ, "LOG_LEVEL": "error"}, command) as process:
            _await_port(port, process)
            if case == "late":
                toxic = {"type": "latency", "attributes": {"latency": int(LATE_MS)}}
                url = f"http://127.0.0.1:{api}/proxies/origin/toxics"
                urllib.request.urlopen(url, msgspec.json.encode(toxic)).close()
            yield Subject(port, process.pid)


@contextlib.contextmanager
def envoy(
    upstream: int, program: str, *, case: str = "none", authority: str = ""
) -> Iterator[Subject]:
    """Run Envoy with its fault filter, over TLS with what lies in the folder `authority`."""
    port = free_port()
    leaf = f"{authority}/leaf.pem"
    tls = (leaf, leaf) if authority else None
    told = proxy_peers.envoy_config(port, upstream, case=case, tls=tls)
    config = msgspec.json.encode(told).decode()
    command = [program, "--config-yaml", config, "--disable-hot-restart"]
    with _process(dict(os.environ), [*command, "--log-level", "error"]) as process:
        _await_port(port, process)
        yield Subject(port, process.pid, f"{authority}/{CERTIFICATE}" if authority else "")


@contextlib.contextmanager
def haproxy(upstream: int, program: str, *, case: str = "none") -> Iterator[Subject]:
    """Run HAProxy as an HTTP proxy."""
    port = free_port()
    with tempfile.NamedTemporaryFile(suffix=".cfg") as config:
        told = proxy_peers.haproxy_config(port, upstream, case=case)
        Path(config.name).write_text(told)
        with _process(dict(os.environ), [program, "-db", "-f", config.name]) as process:
            _await_port(port, process)
            yield Subject(port, process.pid)


@contextlib.contextmanager
def python(module: str, *arguments: str) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    """Run a module of ours that prints one word and serves until its input ends."""
    command = [sys.executable, "-m", module, *arguments]
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        assert process.stdout is not None  # noqa: S101 - asked for above
        yield process, process.stdout.readline()
    finally:
        process.communicate()


def find(program: str, given: str | None, variable: str, how: str) -> str:
    """Return the path of a peer's program: as given, from the environment, or from PATH."""
    found = shutil.which(given or os.environ.get(variable, "") or program)
    if found is None:
        raise MissingPeerError(f"no {program}: give its path or set {variable}; get it with {how}")
    return found


@contextlib.contextmanager
def _process(
    environment: dict[str, str], command: list[str]
) -> Iterator["subprocess.Popen[bytes]"]:
    # In a session of its own, as ours is: the scheduler may share the processor out by session.
    process = subprocess.Popen(
        command,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        process.terminate()
        process.wait()


def _await_port(port: int, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.02)
    raise MissingPeerError(f"{process.args!r} does not listen on {port}")
