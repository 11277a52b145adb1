"""Toxiproxy's API: what its server answers to each request, word for word.

Each step is a fact about version 2.12 of the real server. Where ours differs on purpose it says so.
"""

import contextlib
import json
import os
import re
import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.live.rehearsals import wait_for
from tests.live.serving import Answer, Echo, Serving, ask

pytestmark = pytest.mark.live

JSON = "application/json"
TEXT = "text/plain; charset=utf-8"
PORT = re.compile(rb'"listen":"127\.0\.0\.1:(\d+)"')
HANDLER_ERRORS = "promhttp_metric_handler_errors_total"


class Step(NamedTuple):
    """One request and its answer; `{port}` and `{upstream}` stand for what differs by run."""

    method: str
    path: str
    sent: str | None
    status: int
    kind: str = ""
    body: str = ""


def error(status: int, message: str) -> tuple[int, str, str]:
    return status, TEXT, f'{{"error":"{message}","status":{status}}}\n'


def proxy(name: str, port: str, toxics: str = "", *, enabled: str = "true") -> str:
    return (
        f'{{"name":"{name}","listen":"127.0.0.1:{port}","upstream":"{{upstream}}",'
        f'"enabled":{enabled},"Logger":{{}},"toxics":[{toxics}]}}'
    )


def toxic(attributes: str, name: str, kind: str, toxicity: str = "1") -> str:
    return (
        f'{{"attributes":{{{attributes}}},"name":"{name}","type":"{kind}",'
        f'"stream":"downstream","toxicity":{toxicity}}}'
    )


AOAI = '{"name":"aoai","listen":"127.0.0.1:0","upstream":"{upstream}"}'
LATENCY = toxic('"latency":100,"jitter":10', "latency_downstream", "latency")
TIMEOUT = toxic('"timeout":0', "z", "timeout")
TOXICS = "/proxies/aoai/toxics"
ONE = f"{TOXICS}/latency_downstream"

OURS = Step(
    "POST",
    TOXICS,
    '{"name":"z","type":"timeout","toxicity":7}',
    *error(400, "bad request body: toxicity has to be between 0 and 1, not 7"),
)
"""Toxiproxy takes this, and answers 200: a share of more than everything means nothing."""

STEPS = [
    Step("GET", "/version", None, 200, f"{JSON};charset=utf-8", '{"version": "{version}"}\n'),
    Step("GET", "/proxies", None, 200, JSON, "{}"),
    Step("POST", "/proxies", AOAI, 201, JSON, proxy("aoai", "{port}")),
    Step("POST", "/proxies", AOAI, *error(409, "proxy already exists")),
    Step(
        "POST",
        "/proxies",
        '{"name":"","listen":"127.0.0.1:0","upstream":"x:1"}',
        *error(400, "missing required field: name"),
    ),
    Step("POST", "/proxies", '{"name":"x"}', *error(400, "missing required field: upstream")),
    Step(
        "POST",
        "/proxies",
        "nope",
        *error(400, "bad request body: invalid character 'o' in literal null (expecting 'u')"),
    ),
    Step(
        "POST",
        "/populate",
        '[{"name":"p1","listen":"127.0.0.1:{free}","upstream":"{upstream}","enabled":true}]',
        201,
        JSON,
        f'{{"proxies":[{proxy("p1", "{free}")}]}}',
    ),
    Step("GET", "/proxies/zzz", None, *error(404, "proxy not found")),
    Step(
        "PATCH",
        "/proxies/aoai",
        '{"enabled":false}',
        200,
        JSON,
        proxy("aoai", "{port}", enabled="false"),
    ),
    Step("POST", "/proxies/aoai", '{"enabled":true}', 200, JSON, proxy("aoai", "{port}")),
    Step(
        "POST",
        TOXICS,
        '{"type":"latency","attributes":{"latency":100,"jitter":10}}',
        200,
        JSON,
        LATENCY,
    ),
    Step(
        "POST",
        TOXICS,
        '{"type":"latency","attributes":{"latency":100}}',
        *error(409, "toxic already exists"),
    ),
    Step("POST", TOXICS, '{"name":"z","type":"nosuch"}', *error(400, "invalid toxic type")),
    Step(
        "POST",
        TOXICS,
        '{"name":"z","type":"timeout","stream":"sideways"}',
        *error(400, "stream was invalid, can be either upstream or downstream"),
    ),
    OURS,
    Step("POST", TOXICS, '{"name":"z","type":"timeout"}', 200, JSON, TIMEOUT),
    Step("GET", TOXICS, None, 200, JSON, f"[{LATENCY},{TIMEOUT}]"),
    Step("GET", ONE, None, 200, JSON, LATENCY),
    Step(
        "PATCH",
        ONE,
        '{"attributes":{"latency":5},"toxicity":0.5}',
        200,
        JSON,
        toxic('"latency":5,"jitter":10', "latency_downstream", "latency", "0.5"),
    ),
    Step("GET", f"{TOXICS}/none", None, *error(404, "toxic not found")),
    Step("DELETE", ONE, None, 204),
    Step("GET", "/proxies/aoai", None, 200, JSON, proxy("aoai", "{port}", TIMEOUT)),
    Step("POST", "/reset", None, 204),
    Step(
        "GET",
        "/metrics",
        None,
        200,
        "text/plain; version=0.0.4; charset=utf-8",
        f"# HELP {HANDLER_ERRORS} Total number of internal errors encountered by the promhttp "
        f"metric handler.\n# TYPE {HANDLER_ERRORS} counter\n"
        f'{HANDLER_ERRORS}{{cause="encoding"}} 0\n{HANDLER_ERRORS}{{cause="gathering"}} 0\n',
    ),
    Step("GET", "/nosuch", None, 404, TEXT, "404 page not found\n"),
    Step("PUT", "/proxies", None, 405),
    Step("DELETE", "/proxies/aoai", None, 204),
    Step("DELETE", "/proxies/aoai", None, *error(404, "proxy not found")),
]


@pytest.fixture
def echo() -> Iterator[Echo]:
    with Echo() as echo:
        yield echo


@pytest.fixture
def serving(tmp_path: Path) -> Iterator[Serving]:
    with Serving(tmp_path) as serving:
        yield serving


def test_every_request_is_answered_as_toxiproxy_answers_it(serving: Serving, echo: Echo) -> None:
    replay(serving.ask, STEPS, echo, version="2.12.0+crosswind")


@pytest.mark.peer
def test_toxiproxy_itself_answers_so(echo: Echo) -> None:
    program = os.environ.get("TOXIPROXY") or shutil.which("toxiproxy-server")
    if not program:
        pytest.skip("no toxiproxy-server on PATH, none named by TOXIPROXY")
    with Echo() as lent:
        port = lent.port
    command = [program, "-port", str(port), "-proxy-metrics"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            wait_for(lambda: listens(port) or None, 10)
            version = json.loads(ask(port, "GET", "/version").body)["version"]
            steps = [step for step in STEPS if step is not OURS]
            replay(lambda *words: ask(port, *words), steps, echo, version=version)
        finally:
            server.terminate()


def replay(say: Callable[..., Answer], steps: list[Step], echo: Echo, *, version: str) -> None:
    with Echo() as lent:
        free = lent.port
    known = {"upstream": echo.address, "free": str(free), "version": version}
    for step in steps:
        sent = step.sent if step.sent is None else filled(step.sent, known)
        answer = say(step.method, step.path, sent)
        if "port" not in known and (found := PORT.search(answer.body)):
            known["port"] = found[1].decode()
        assert (answer.status, answer.body.decode()) == (step.status, filled(step.body, known)), (
            step
        )
        # What newer libraries of Prometheus add.
        kind = answer.headers.get("content-type", "").removesuffix("; escaping=underscores")
        assert kind == step.kind, step
        if step.status != 204:
            assert answer.headers["content-length"] == str(len(answer.body))
        if step.kind == TEXT:
            assert answer.headers["x-content-type-options"] == "nosniff"


def filled(text: str, known: dict[str, str]) -> str:
    for name, value in known.items():
        text = text.replace(f"{{{name}}}", value)
    return text


def listens(port: int) -> bool:
    with contextlib.suppress(ConnectionError):
        socket.create_connection(("127.0.0.1", port)).close()
        return True
    return False


def test_browsers_are_kept_out(serving: Serving) -> None:
    refused = serving.ask("GET", "/proxies", headers={"User-Agent": "Mozilla/5.0"})
    assert (refused.status, refused.body) == (403, b"User agent not allowed\n")
    assert serving.ask("GET", "/proxies", headers={"Origin": "http://x"}).status == 403
    assert serving.ask("GET", "/proxies", headers={"Host": "evil.example:8474"}).status == 403


def test_it_is_no_open_relay(serving: Serving, echo: Echo) -> None:
    away = {"name": "away", "upstream": "example.com:443"}
    refused = serving.ask("POST", "/proxies", away)
    assert refused.status == 403
    assert "--allow-upstream example.com:443" in refused.json["error"]
    open_to_all = {"name": "open", "listen": "192.0.2.1:0", "upstream": echo.address}
    assert serving.ask("POST", "/proxies", open_to_all).status == 403
    serving.ask("POST", "/proxies", {"name": "a", "upstream": echo.address})
    assert serving.ask("POST", "/proxies/a", {"upstream": "example.com:1"}).status == 403
    assert serving.ask("GET", "/proxies/a").json["upstream"] == echo.address


def test_an_attribute_that_is_not_known_is_refused(serving: Serving, echo: Echo) -> None:
    serving.ask("POST", "/proxies", {"name": "a", "upstream": echo.address})
    for attributes in ({"latencyy": 3}, {"latency": -5}):
        body = {"type": "latency", "attributes": attributes}
        refused = serving.ask("POST", "/proxies/a/toxics", body)
        assert refused.status == 400
        assert next(iter(attributes)) in refused.json["error"] or "0" in refused.json["error"]
    assert serving.ask("GET", "/proxies/a/toxics").json == []


def test_populate_keeps_what_is_the_same_and_replaces_what_is_not(
    serving: Serving, echo: Echo
) -> None:
    made = serving.ask("POST", "/proxies", {"name": "a", "upstream": echo.address}).json
    serving.ask("POST", "/proxies/a/toxics", {"type": "latency"})
    same = [{"name": "a", "listen": made["listen"], "upstream": echo.address}]
    kept = serving.ask("POST", "/populate", same)
    assert kept.status == 201
    assert [one["name"] for one in kept.json["proxies"][0]["toxics"]] == ["latency_downstream"]
    with Echo() as other:
        moved = [{"name": "a", "listen": made["listen"], "upstream": other.address}]
        assert serving.ask("POST", "/populate", moved).json["proxies"][0]["toxics"] == []
    wrong = serving.ask("POST", "/populate", [*same, {"name": "b", "upstream": "far.example:1"}])
    assert wrong.status == 403
    assert [one["name"] for one in wrong.json["proxies"]] == ["a"]
    assert (
        "missing required field: name at proxy 2"
        in (serving.ask("POST", "/populate", [*same, {"upstream": echo.address}]).json["error"])
    )
