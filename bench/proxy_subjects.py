"""The proxies that are measured: ours, a bare relay, and the peers, each in its own process."""

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from bench.proxy_load import RUN_TAG
from experiments.running.children import Child, await_word
from faults.config import InjectorConfig, Listener, Rule

START_S: Final = 10.0


class Subject(NamedTuple):
    """A running proxy: the port it listens on and the process that does the work."""

    port: int
    pid: int


class MissingPeerError(Exception):
    """A peer's program is not here; the message says how to get it."""


def free_port() -> int:
    """Return a port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextlib.contextmanager
def ours(upstream: int, *, armed: bool = False) -> Iterator[Subject]:
    """Run our injector, with a rule that looks at every exchange and touches none if `armed`."""
    folder = Path(tempfile.mkdtemp(prefix="crosswind-bench-"))
    rule = Rule(
        id="rare",
        endpoints=("origin",),
        inject={"http_error": {"status": 503}},
        start_s=0,
        end_s=3600,
        share=1e-12,
    )
    config = InjectorConfig(
        seed=1,
        run_tag=RUN_TAG,
        listeners=(
            Listener(
                endpoint="origin",
                dialect={"azure-openai": {}},
                upstream=f"http://127.0.0.1:{upstream}",
            ),
        ),
        rules=(rule,) if armed else (),
        run_folder=str(folder),
        begin_at_once=True,
    )
    (folder / "config.json").write_bytes(msgspec.json.encode(config))
    child = Child("injector", "faults.injector", folder / "config.json", folder / "log")
    try:
        ports = await_word(child, "ready", START_S)["ports"]
        yield Subject(msgspec.convert(ports, dict[str, int])["origin"], child.pid)
    finally:
        child.release()
        if not child.wait(START_S):
            child.kill()
        shutil.rmtree(folder)


@contextlib.contextmanager
def bare(upstream: int) -> Iterator[Subject]:
    """Run the bare relay."""
    with python("bench.proxy_l4", str(upstream)) as (process, word):
        yield Subject(int(word), process.pid)


@contextlib.contextmanager
def toxiproxy(upstream: int, program: str) -> Iterator[Subject]:
    """Run Toxiproxy without a toxic."""
    port = free_port()
    proxy = {
        "name": "origin",
        "listen": f"127.0.0.1:{port}",
        "upstream": f"127.0.0.1:{upstream}",
        "enabled": True,
    }
    with tempfile.NamedTemporaryFile(suffix=".json") as config:
        Path(config.name).write_bytes(msgspec.json.encode([proxy]))
        command = [program, "-config", config.name, "-port", str(free_port())]
        with _process({**os.environ, "LOG_LEVEL": "error"}, command) as process:
            _await_port(port, process)
            yield Subject(port, process.pid)


@contextlib.contextmanager
def envoy(upstream: int, program: str) -> Iterator[Subject]:
    """Run Envoy as an HTTP proxy whose fault filter looks at every request and touches none."""
    port = free_port()
    config = msgspec.json.encode(_envoy_config(port, upstream)).decode()
    command = [program, "--config-yaml", config, "--disable-hot-restart"]
    with _process(dict(os.environ), [*command, "--log-level", "error"]) as process:
        _await_port(port, process)
        yield Subject(port, process.pid)


@contextlib.contextmanager
def python(module: str, *arguments: str) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    """Run a module of ours that prints one word and serves until its input ends."""
    command = [sys.executable, "-m", module, *arguments]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
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
    process = subprocess.Popen(
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
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


def _envoy_config(port: int, upstream: int) -> dict[str, object]:
    kind = "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3"
    manager = {
        "@type": f"{kind}.HttpConnectionManager",
        "stat_prefix": "origin",
        "route_config": {"virtual_hosts": [_envoy_host()]},
        "http_filters": _envoy_filters(),
    }
    network = {"name": "envoy.filters.network.http_connection_manager", "typed_config": manager}
    listener = {"address": _address(port), "filter_chains": [{"filters": [network]}]}
    endpoint = {"lb_endpoints": [{"endpoint": {"address": _address(upstream)}}]}
    cluster = {
        "name": "origin",
        "type": "STATIC",
        "load_assignment": {"cluster_name": "origin", "endpoints": [endpoint]},
    }
    return {"static_resources": {"listeners": [listener], "clusters": [cluster]}}


def _envoy_host() -> dict[str, object]:
    # Without a timeout of its own, as long streams need it.
    route = {"match": {"prefix": "/"}, "route": {"cluster": "origin", "timeout": "0s"}}
    return {"name": "all", "domains": ["*"], "routes": [route]}


def _envoy_filters() -> list[dict[str, object]]:
    kind = "type.googleapis.com/envoy.extensions.filters.http"
    fault = {
        "@type": f"{kind}.fault.v3.HTTPFault",
        "headers": [{"name": "x-fault", "string_match": {"exact": "yes"}}],
        "abort": {"http_status": 503, "percentage": {"numerator": 100}},
    }
    router = {"@type": f"{kind}.router.v3.Router"}
    return [
        {"name": "envoy.filters.http.fault", "typed_config": fault},
        {"name": "envoy.filters.http.router", "typed_config": router},
    ]


def _address(port: int) -> dict[str, object]:
    return {"socket_address": {"address": "127.0.0.1", "port_value": port}}
