"""What a rule chooses among requests is what it touches, at the socket."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import msgspec
import pytest

from faults.config import Rule
from tests.live.proxied import ERROR, STALL, Line, Provider, Proxy, always, proxied, streams
from tests.live.said import END, chunked, new_span, request

pytestmark = pytest.mark.live

HEAD_END = b"\r\n\r\n"
CHAT = b"/v1/chat/completions"


@pytest.fixture
def provider() -> Iterator[Provider]:
    with Provider() as provider:
        provider.expect(hears_and_streams)
        yield provider


def hears_and_streams(line: Line) -> None:
    """Answer each request once its body has come, too; what is asked has Content-Length or END."""
    streams(line)


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
