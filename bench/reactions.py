"""What official clients make of every fault: `python -m bench.reactions > docs/sdk-reactions.md`.

Each fault stands at a listener of its own. `openai` and `google-genai`, unmodified and with the
retries that they have by default, ask each once for a stream of six tokens; grpcio, without
retries, calls a service once and streams six messages. Their read timeout is one second, so that
what never ends is over in a moment. A line goes to standard error per fault, the page to standard
output. Takes about two minutes.
"""

import contextlib
import os
import re
import signal
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Final

import msgspec

from bench.reaction_clients import Manner, Reaction, ask_genai, ask_openai, called, reaction
from faults.catalog import faults_over
from faults.fault import Fault
from tests.live.echoing import echo

START_S: Final = 60.0
CROSSWIND: Final = Path(sys.executable).with_name("crosswind")
DEFAULTS: Final = {"after_tokens": 2, "delay_s": 0.3, "gap_s": 0.1, "every": 3}
CHOSEN: Final[dict[str, dict[str, object]]] = {
    "http_error": {"status": 503},
    "keep_alive_only": {"interval_s": 0.2, "seconds": 2.0},
    "quota_exhausted": {"requests": 0},
    "capacity": {"concurrent": 0},
    "bandwidth": {"rate_kb_per_s": 2},
    "limit_data": {"limit_bytes": 1000},
    "packet_loss": {"rate": 0.3},
    "stale_keepalive": {"idle_s": 0},
    "wrong_model": {"model": "another-model"},
}
"""Parameters where a fault's own defaults show nothing, or would take too long."""

SECOND_TIME: Final = frozenset({"stale_keepalive"})
"""What is met on a connection that has carried an answer: the first one is not told of."""

CALLED: Final[dict[str, dict[str, object]]] = {"limit_data": {"limit_bytes": 20}}
"""The same, where messages are as short as they are here."""

CONNECTING: Final[dict[str, dict[str, dict[str, object]]]] = {
    "connect_refused": {"connect_refused": {}},
    "connect_timeout": {"connect_timeout": {}},
    **{
        f"tls_failure: {kind}": {"tls_failure": {"kind": kind}}
        for kind in ("handshake_abort", "alert", "expired_cert", "wrong_host")
    },
}
"""Faults of a listener, by what the page calls them."""

EXPERIMENT: Final = """\
title: Every fault at a listener of its own
route: {{client: {{order: [{first}]}}}}
load: {{constant: {{rate_per_s: 1}}}}
phases: {{fault_s: 600}}
gates: [user_errors <= 50 %]
endpoints:
{endpoints}
faults:
{faults}
"""
SERVED: Final = {"azure": "azure-openai", "vertex": "vertex-gemini"}

HEAD: Final = """\
# What official clients make of the faults

Printed by `python -m bench.reactions > docs/sdk-reactions.md` with openai {openai}, google-genai
{genai} and grpcio {grpcio}, and a read timeout of 1 s.

## Over HTTP/1.1

For a stream of six tokens; retries are as the SDKs have them by default. *Whole* means that all
tokens came and no error: where the fault cut or changed something, the SDK has taken it for a
success. Attempts are the requests that the SDK sent. `stale_keepalive` is met by a second question:
an SDK that closed its connection behind the first answer does not meet it.

| fault | openai: result | attempts | s | google-genai: result | attempts | s |
| --- | --- | --- | --- | --- | --- | --- |"""
OVER_GRPC: Final = """
## Over gRPC

grpcio without retries, and with a deadline of 1 s: a call, and a stream of six messages. Messages
that it has received but not handed over when a stream breaks are lost.

| fault | call | s | stream | messages | s |
| --- | --- | --- | --- | --- | --- |"""
OF_A_LISTENER: Final = """
## When connecting

No request is ever sent: attempts are connections that the SDK gave up.

| fault | openai | attempts | s | google-genai | attempts | s | grpcio | s |
| --- | --- | --- | --- | --- | --- | --- | --- | --- |"""


def parameters(kind: type[Fault], chosen: Mapping[str, dict[str, object]]) -> dict[str, object]:
    """Return what a fault is given, by its name or by the names of its fields."""
    if kind.name in chosen:
        return chosen[kind.name]
    names = {field.name for field in msgspec.structs.fields(kind)}
    return {name: value for name, value in DEFAULTS.items() if name in names}


def experiment() -> str:
    """Return the file: an endpoint per cloud and fault, and the fault there from the start on."""
    endpoints, faults = [], []
    for name, kind in faults_over("HTTP/1.1").items():
        for cloud, dialect in SERVED.items():
            at = f"{cloud}-{name}"
            latency = "{overhead_s: 0.02, token_gap_s: 0.01}"
            stand_in = f"stand_in: {{latency: {latency}}}"
            endpoints.append(f"  {at}: {{dialect: {dialect}, {stand_in}}}")
            faults.append(_fault(at, {name: parameters(kind, CHOSEN)}))
    return EXPERIMENT.format(
        first=f"azure-{next(iter(faults_over('HTTP/1.1')))}",
        endpoints="\n".join(endpoints),
        faults="\n".join(faults),
    )


def proxies_of_grpc(port: int) -> str:
    """Return the file: a proxy per fault that gRPC has, in front of one service."""
    chosen = {**CHOSEN, **CALLED}
    injected = {
        name: {name: parameters(kind, chosen)} for name, kind in faults_over("gRPC").items()
    }
    return _proxies(injected, "http2: true", port)


def connecting() -> str:
    """Return the file: a proxy per fault of a listener; what is behind it is never asked."""
    plain = {name: inject for name, inject in CONNECTING.items() if "tls" not in name}
    meant = {name: inject for name, inject in CONNECTING.items() if "tls" in name}
    behind = _proxies(meant, "http2: true, tls: true", 9)
    before, _, faults = _proxies(plain, "http2: true", 9).partition("faults:\n")
    return before + behind.removeprefix("proxies:\n") + faults


def _proxies(injected: Mapping[str, dict[str, dict[str, object]]], spoken: str, port: int) -> str:
    proxies, faults = [], []
    for name, inject in injected.items():
        at = _place(name)
        upstream = f'upstream: "http://127.0.0.1:{port}"'
        proxies.append(f"  - {{name: {at}, {upstream}, dialect: openai-chat, {spoken}}}")
        faults.append(_fault(at, inject))
    return "\n".join(["proxies:", *proxies, "faults:", *faults, ""])


def _place(name: str) -> str:
    return name.replace(": ", "-")


def _fault(at: str, inject: Mapping[str, object]) -> str:
    told = msgspec.json.encode(inject).decode()
    return f"  - {{id: {at}, at: {at}, duration_s: 600, inject: {told}}}"


@contextmanager
def serving(text: str) -> Iterator[dict[str, str]]:
    """Serve what a file says; yields the listeners' URLs by endpoint."""
    with tempfile.TemporaryDirectory() as name:
        file, said = Path(name, "reactions.yaml"), Path(name, "said")
        file.write_text(text)
        with said.open("wb") as sink:
            process = subprocess.Popen(
                [CROSSWIND, "serve", file, "--api", "off"], stdout=sink, stderr=subprocess.STDOUT
            )
        try:
            yield _urls(process, said)
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(30)


def _urls(process: "subprocess.Popen[bytes]", said: Path) -> dict[str, str]:
    deadline = time.monotonic() + START_S
    while "serving until" not in said.read_text():
        if process.poll() is not None or time.monotonic() > deadline:
            raise SystemExit(f"nothing is served:\n{said.read_text()}")
        time.sleep(0.1)
    return dict(re.findall(r"^(\S+): (https?://\S+)", said.read_text(), re.MULTILINE))


def over_http() -> None:
    """Print what the SDKs make of the faults of an exchange."""
    with serving(experiment()) as urls:
        for name in faults_over("HTTP/1.1"):
            manner = Manner(times=2 if name in SECOND_TIME else 1)
            one = reaction(ask_openai, urls[f"azure-{name}"], manner)
            other = reaction(ask_genai, urls[f"vertex-{name}"], manner)
            _row(name, *_cells(one), *_cells(other))


def over_grpc() -> None:
    """Print what grpcio makes of the faults of a call."""
    with echo() as (_, port), serving(proxies_of_grpc(port)) as urls:
        for name in faults_over("gRPC"):
            told = called(_address(urls[name]))
            spans = [f"{seconds:.1f}" for seconds in (told.call_s, told.stream_s)]
            _row(name, _word(told.call), spans[0], _word(told.stream), str(told.messages), spans[1])


def when_connecting() -> None:
    """Print what all make of a listener that nobody gets through."""
    with _own_authority() as pem, serving(connecting()) as urls:
        manner = Manner(trusted=ssl.create_default_context(cadata=pem.decode()))
        for name in CONNECTING:
            url = urls[_place(name)]
            one = reaction(ask_openai, url, manner)
            other = reaction(ask_genai, url, manner)
            told = called(_address(url), pem if url.startswith("https") else None)
            _row(name, *_cells(one), *_cells(other), _word(told.call), f"{told.call_s:.1f}")


@contextmanager
def _own_authority() -> Iterator[bytes]:
    """Let `crosswind` make an authority in a folder of its own; yield its certificate."""
    with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as stack:
        before = os.environ.get("XDG_DATA_HOME")
        os.environ["XDG_DATA_HOME"] = name
        stack.callback(
            lambda: (
                os.environ.pop("XDG_DATA_HOME")
                if before is None
                else os.environ.update(XDG_DATA_HOME=before)
            )
        )
        done = subprocess.run([CROSSWIND, "ca", "--pem"], capture_output=True, check=True)
        yield done.stdout


def _address(url: str) -> str:
    return url.partition("://")[2]


def _cells(one: Reaction) -> tuple[str, str, str]:
    return one.result, str(one.attempts), f"{one.seconds:.1f}"


def _word(code: str) -> str:
    return code if code == "OK" else f"`{code}`"


def _row(name: str, *cells: str) -> None:
    print("| " + " | ".join([f"`{name}`", *cells]) + " |", flush=True)
    print(name, *cells, file=sys.stderr)


def main() -> int:
    """Print the page."""
    versions = {"openai": "openai", "genai": "google-genai", "grpcio": "grpcio"}
    print(HEAD.format(**{name: version(package) for name, package in versions.items()}))
    over_http()
    print(OVER_GRPC)
    over_grpc()
    print(OF_A_LISTENER)
    when_connecting()
    return 0


if __name__ == "__main__":
    sys.exit(main())
