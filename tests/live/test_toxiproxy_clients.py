"""Clients that were written for Toxiproxy drive our control API, unmodified.

`TOXIPROXY_CLIENTS_PYTHON`: an interpreter whose environment has `toxiproxy-python`,
`chaostoolkit` and `chaostoolkit-toxiproxy`. `TOXIPROXY_CLIENTS_NODE`: a folder in which
`npm install toxiproxy-node-client` was run.
"""

import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.live.serving import Echo, Serving, said_back

PYTHON = os.environ.get("TOXIPROXY_CLIENTS_PYTHON", "")
NODE = os.environ.get("TOXIPROXY_CLIENTS_NODE", "")

pytestmark = [pytest.mark.live, pytest.mark.peer]
needs_python = pytest.mark.skipif(not PYTHON, reason="needs TOXIPROXY_CLIENTS_PYTHON")
needs_node = pytest.mark.skipif(
    not (NODE and shutil.which("node")), reason="needs node and TOXIPROXY_CLIENTS_NODE"
)

PYTHON_CLIENT = """\
import sys
from toxiproxy import Toxiproxy
from toxiproxy.exceptions import InvalidToxic, ProxyExists
server = Toxiproxy()
server.update_api_consumer("127.0.0.1", int(sys.argv[1]))
assert server.running() and b"2.12.0" in server.version()
proxy = server.create(upstream=sys.argv[2], name="cache")
try:
    server.create(upstream=sys.argv[2], name="cache")
    raise SystemExit("made twice")
except ProxyExists:
    pass
with proxy.down():
    assert not server.get_proxy("cache").enabled
assert server.get_proxy("cache").enabled
proxy.add_toxic(type="bandwidth", attributes={"rate": 1000})
proxy.destroy_toxic("bandwidth_downstream")
try:
    proxy.add_toxic(type="nosuch")
    raise SystemExit("made what there is not")
except InvalidToxic:
    pass
kept = {"name": "cache", "upstream": sys.argv[2], "listen": proxy.listen}
assert server.populate([kept]) == []
proxy.add_toxic(type="timeout", attributes={"timeout": 50})
assert list(proxy.toxics()) == ["timeout_downstream"]
print(proxy.listen)
"""

NODE_CLIENT = """\
const {Toxiproxy} = require("toxiproxy-node-client");
const [port, upstream] = process.argv.slice(2);
(async () => {
  const server = new Toxiproxy(`http://localhost:${port}`);
  if (!(await server.getVersion())) throw new Error("no version");
  const proxy = await server.createProxy({name: "cache", listen: "localhost:0", upstream});
  const made = await proxy.addToxic({type: "latency", attributes: {latency: 1, jitter: 0}});
  const toxic = await made.update({attributes: {latency: 5}});
  if (toxic.attributes.latency !== 5) throw new Error("not changed");
  await toxic.remove();
  await server.populate([{name: "other", listen: "localhost:0", upstream}]);
  if (Object.keys((await server.getAll())).length !== 2) throw new Error("not populated");
  await server.reset();
  await proxy.addToxic({type: "limit_data", attributes: {bytes: 3}});
  console.log(proxy.listen);
})().catch((error) => { console.error(error); process.exit(1); });
"""


@pytest.fixture
def echo() -> Iterator[Echo]:
    with Echo() as echo:
        yield echo


@pytest.fixture
def serving(tmp_path: Path) -> Iterator[Serving]:
    with Serving(tmp_path) as serving:
        yield serving


def run(*command: str, folder: Path, environment: dict[str, str] | None = None) -> str:
    done = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, **(environment or {})},
        capture_output=True,
        text=True,
        check=False,
        timeout=25,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.strip()


def port_of(listen: str) -> int:
    return int(listen.rpartition(":")[2])


@needs_python
def test_toxiproxy_python(serving: Serving, echo: Echo, tmp_path: Path) -> None:
    words = (PYTHON, "-c", PYTHON_CLIENT, str(serving.api_port), echo.address)
    assert said_back(port_of(run(*words, folder=tmp_path))) == b""


@needs_node
def test_toxiproxy_node_client(serving: Serving, echo: Echo, tmp_path: Path) -> None:
    script = tmp_path / "client.js"
    script.write_text(NODE_CLIENT)
    environment = {"NODE_PATH": str(Path(NODE) / "node_modules")}
    words = ("node", str(script), str(serving.api_port), echo.address)
    listen = run(*words, folder=tmp_path, environment=environment)
    assert said_back(port_of(listen), b"abcdef") == b"abc"


def action(module: str, name: str, **arguments: object) -> dict[str, Any]:
    return {
        "type": "action",
        "name": name,
        "provider": {
            "type": "python",
            "module": f"chaostoxi.{module}.actions",
            "func": name,
            "arguments": arguments,
        },
    }


def experiment(serving: Serving) -> dict[str, Any]:
    exists = {
        "type": "probe",
        "name": "the proxy exists",
        "tolerance": True,
        "provider": {
            "type": "python",
            "module": "chaostoxi.proxy.probes",
            "func": "proxy_exist",
            "arguments": {"proxy_name": "cache"},
        },
    }
    latency = action(
        "toxic", "create_latency_toxic", for_proxy="cache", toxic_name="slow", latency=200
    )
    return {
        "version": "1.0.0",
        "title": "The cache is slow",
        "description": "n/a",
        "configuration": {
            "toxiproxy_host": "127.0.0.1",
            "toxiproxy_port": str(serving.api_port),
        },
        "steady-state-hypothesis": {"title": "it is there", "probes": [exists]},
        "method": [latency],
        "rollbacks": [],
    }


@needs_python
def test_chaostoolkit_toxiproxy(serving: Serving, echo: Echo, tmp_path: Path) -> None:
    made = serving.ask("POST", "/proxies", {"name": "cache", "upstream": echo.address}).json
    file = tmp_path / "experiment.json"
    told = experiment(serving)
    create = action(
        "proxy",
        "create_proxy",
        proxy_name="second",
        upstream_host="127.0.0.1",
        upstream_port=echo.port,
    )
    file.write_text(json.dumps({**told, "method": [*told["method"], create]}))
    chaos = str(Path(PYTHON).parent / "chaos")
    environment = {"CHAOSTOOLKIT_NO_CHECK": "1", "HOME": str(tmp_path)}
    words = ("--no-version-check", "run", str(file))
    run(chaos, *words, folder=tmp_path, environment=environment)
    journal = json.loads((tmp_path / "journal.json").read_text())
    assert journal["status"] == "completed"
    assert journal["steady_states"]["after"]["steady_state_met"]
    assert [one["status"] for one in journal["run"]] == ["succeeded", "succeeded"]
    before = time.monotonic()
    assert said_back(port_of(made["listen"])) == b"well?"
    assert time.monotonic() - before >= 0.19
    second = serving.ask("GET", "/proxies/second").json
    assert said_back(port_of(second["listen"])) == b"well?"
