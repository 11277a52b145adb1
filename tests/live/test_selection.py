"""What a rule chooses among requests is what it touches, at the socket."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import grpc
import msgspec
import pytest

from faults.config import Rule
from tests.live.echoing import Client, echo
from tests.live.proxied import ERROR, STALL, Line, Provider, Proxy, always, proxied, streams
from tests.live.said import END, chunked, new_span, request
from tests.live.serving import Serving, connected

pytestmark = pytest.mark.live

HEAD_END = b"\r\n\r\n"
CHAT = b"/v1/chat/completions"


@pytest.fixture
def provider() -> Iterator[Provider]:
    with Provider() as provider:
        provider.expect(streams)
        yield provider


def rule(**changes: object) -> Rule:
    return msgspec.convert({**msgspec.to_builtins(always("f", ERROR, "azure")), **changes}, Rule)


def answered(line: Line, raw: bytes) -> int:
    """Ask on a connection, and return the status of the whole answer."""
    line.received = b""
    line.send(raw)
    head = line.read_until(HEAD_END)
    if b" 200 " in head[:16]:
        line.read_until(END)
    else:
        body = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        while len(line.received.partition(HEAD_END)[2]) < body:
            line.read()
    return int(head[9:12])


def asked(proxy: Proxy, raws: list[bytes]) -> list[int]:
    return [answered(proxy.connect(), raw) for raw in raws]


@pytest.mark.parametrize("observe", [False, True])
def test_a_model_in_the_body_chooses(provider: Provider, *, observe: bool) -> None:
    bodies = [b'{"model": "a"}', b'{"model": "b"}', b'{"model": "a", "n": 1}']
    raws = [request(body, target=CHAT, span=new_span()) for body in bodies]
    slow = [raws[0][:-5], raws[0][-5:]]
    with proxied(provider.port, rules=(rule(match={"model": "a"}),), observe=observe) as proxy:
        assert asked(proxy, raws) == [503, 200, 503]
        line = proxy.connect()
        line.send(slow[0])
        assert line.silent_for(0.2)
        assert answered(line, slow[1]) == 503
        pieces = [b'{"mod', b'el": "a"}']
        head = request(target=CHAT, headers=b"Transfer-Encoding: chunked\r\n", span=new_span())
        assert answered(proxy.connect(), head + chunked(pieces)) == 503


def test_the_runs_own_attempts_wait_for_their_body_only_where_it_decides(
    provider: Provider,
) -> None:
    state = b"tracestate: crosswind=0\r\n"
    raw = request(b'{"model": "a"}', target=CHAT, headers=state)
    with proxied(provider.port, rules=(rule(match={"model": "a"}),)) as proxy:
        assert answered(proxy.connect(), raw) == 503
        assert answered(proxy.connect(), raw.replace(b'"a"', b'"b"')) == 200
    with proxied(provider.port, rules=(rule(match={"path": CHAT.decode()}),)) as proxy:
        line = proxy.connect()
        line.send(raw[:-14])
        assert b" 503 " in line.read_until(HEAD_END)


def test_a_head_that_is_not_meant_passes_before_its_body(provider: Provider) -> None:
    with proxied(provider.port, rules=(rule(match={"path": "/other", "prompt": "x"}),)) as proxy:
        line = proxy.connect()
        line.send(request(b"{}")[:-2])
        assert b" 200 " in line.read_until(HEAD_END)


def test_only_the_first_request_of_a_connection_is_new(provider: Provider) -> None:
    raws = [request(b"{}", span=new_span()) for _ in range(3)]
    with proxied(provider.port, rules=(rule(match={"new_connections": True}),)) as proxy:
        line = proxy.connect()
        assert [answered(line, raw) for raw in raws] == [503, 200, 200]
        assert answered(proxy.connect(), raws[0]) == 503


def test_counts_are_exact_with_many_at_once(provider: Provider) -> None:
    chosen = rule(match={"path": "/v1/x"}, after_n=10, every_nth=3, max_injections=20)
    raws = [request(b"{}", span=new_span()) for _ in range(200)]
    with proxied(provider.port, rules=(chosen,)) as proxy, ThreadPoolExecutor(200) as pool:
        told = list(pool.map(lambda raw: answered(proxy.connect(), raw), raws))
        assert told.count(503) == 20
        assert len(proxy.touches()) == 20
        (window,) = proxy.events("window_start")
    assert msgspec.json.decode(str(window.facts["selection"])) == {
        "match": {"path": "/v1/x"},
        "after_n": 10,
        "every_nth": 3,
        "max_injections": 20,
    }


def test_no_more_are_held_at_once_and_the_next_when_one_has_left(provider: Provider) -> None:
    held = rule(inject=STALL, max_active=2)
    raws = [request(b"{}", span=new_span()) for _ in range(3)]
    with proxied(provider.port, rules=(held,)) as proxy:
        first, second = proxy.connect(), proxy.connect()
        for line, raw in zip((first, second), raws, strict=False):
            line.send(raw)
            line.read_until(b"data:", 3)
        assert answered(proxy.connect(), raws[2]) == 200
        first.close()
        proxy.await_end(lambda row: row.ending == "client_gone")
        third = proxy.connect()
        third.send(raws[2])
        third.read_until(b"data:", 3)
        assert third.silent_for(0.3)
        assert len(proxy.touches()) == 3


FILE = """\
seed: 5
proxies:
  - {{name: azure, upstream: "http://127.0.0.1:{port}", dialect: azure-openai}}
faults:
  - id: f
    at: azure
    duration_s: 300
    inject: {{http_error: {{status: 503}}}}
    {selection}
"""


def served(
    folder: Path, provider: Provider, selection: str, workers: int, at_once: int
) -> list[int]:
    """Ask 400 times, each request of a trace of its own, and return what was answered."""
    file = folder / f"proxies-{workers}-{at_once}.yaml"
    file.write_text(FILE.format(port=provider.port, selection=selection))
    raws = [traced(number) for number in range(400)]
    with Serving(folder, str(file), "--workers", str(workers)) as serving:
        port = serving.port("azure")
        with ThreadPoolExecutor(at_once) as pool:
            return list(pool.map(lambda raw: asked_once(port, raw), raws))


def traced(number: int) -> bytes:
    """Write a request that its trace and its ordinal tell apart; every other one is gold."""
    tier = b"X-Tier: gold\r\n" if number % 2 else b""
    trace = f"traceparent: 00-ab{number:030x}-00000000000000ff-01\r\n".encode()
    headers = tier + trace + b"tracestate: crosswind=0\r\nContent-Length: 2\r\n"
    return b"POST /v1/x HTTP/1.1\r\nHost: p\r\n%b\r\n{}" % headers


def asked_once(port: int, raw: bytes) -> int:
    with connected(port) as sock:
        return answered(Line(sock), raw)


@pytest.mark.timeout(120)
def test_one_at_a_time_or_200_at_once_in_one_process_or_four_the_decisions_are_the_same(
    provider: Provider, tmp_path: Path
) -> None:
    selection = "share: 0.5\n    match: {header: {x-tier: gold}, method: POST}"
    told = {
        (workers, at_once): served(tmp_path, provider, selection, workers, at_once)
        for workers, at_once in ((1, 1), (1, 200), (4, 200))
    }
    first = told[1, 1]
    assert all(found == first for found in told.values())
    assert set(first[::2]) == {200}
    assert 70 < first[1::2].count(503) < 130


@pytest.mark.timeout(120)
@pytest.mark.parametrize("workers", [1, 4])
@pytest.mark.parametrize(
    ("selection", "exactly"),
    [("first_n: 30", 30), ("every_nth: 7", 57), ("after_n: 391", 9), ("max_injections: 11", 11)],
)
def test_counts_are_exact_at_200_at_once_in_one_process_and_in_four(
    provider: Provider, tmp_path: Path, workers: int, selection: str, exactly: int
) -> None:
    assert served(tmp_path, provider, selection, workers, 200).count(503) == exactly


def calls(port: int, asked: list[tuple[str, bytes]]) -> list[bool]:
    """Call on one channel, and tell which calls were refused."""
    client = Client(port)
    methods = {
        "Once": client.once,
        "Stream": lambda body, **terms: list(client.stream(body, **terms)),
    }
    refused = []
    for method, body in asked:
        try:
            methods[method](body, timeout=10)
            refused.append(False)
        except grpc.RpcError as error:
            assert error.code() is grpc.StatusCode.UNAVAILABLE  # noqa: PT017 - which calls, not that one
            refused.append(True)
    client.channel.close()
    return refused


@pytest.mark.parametrize(
    ("chosen", "refused"),
    [
        ({"match": {"path": "*/Once"}}, [True, False, True]),
        ({"match": {"prompt": "3x"}}, [False, False, True]),
        ({"match": {"new_connections": True}}, [True, False, False]),
        ({"match": {"path": "*/Once"}, "after_n": 1}, [False, False, True]),
    ],
)
def test_a_grpc_call_is_chosen_by_its_path_its_first_message_and_its_number(
    chosen: dict[str, object], refused: list[bool], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    down = rule(inject={"grpc_status": {"code": 14}}, **chosen)
    with echo() as (_, port), proxied(port, http2=True, rules=(down,)) as proxy:
        asked = [("Once", b"2x10"), ("Stream", b"2x10"), ("Once", b"3x10")]
        assert calls(proxy.ports["azure"], asked) == refused
