"""Relay law, downwards: what the provider says arrives byte for byte, and ends as it ended."""

import contextlib
import threading
import time
from collections.abc import Iterator

import pytest

from tests.live.proxied import Line, Provider, Proxy, answers, ask, proxied
from tests.live.said import OK, PLAIN, get, new_span, request

pytestmark = pytest.mark.live


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    with Provider() as provider:
        yield provider


@pytest.fixture(scope="module")
def proxy(provider: Provider) -> Iterator[Proxy]:
    with proxied(provider.port) as proxy:
        yield proxy


@pytest.mark.parametrize(
    "answer",
    [
        PLAIN + b"Content-Length: 5\r\n\r\nhello",
        PLAIN + b"Transfer-Encoding: chunked\r\n\r\n5;x=y\r\nhello\r\n0\r\nX-Trailer: z\r\n\r\n",
        PLAIN + b"\r\nup to the end",
        b"HTTP/1.1 204 No Content\r\n\r\n",
        b"HTTP/1.1 304 Not Modified\r\nContent-Length: 99\r\n\r\n",
        b"HTTP/1.0 200 OK\r\n\r\nold",
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"
        + PLAIN
        + b"Content-Length: 2\r\n\r\nok",
    ],
    ids=["length", "chunked", "until close", "204", "304", "1.0", "interim"],
)
@pytest.mark.parametrize("cut", [1, 7, 1000], ids=["bytewise", "by seven", "whole"])
def test_any_answer_in_any_pieces_arrives_byte_for_byte(
    proxy: Proxy, provider: Provider, answer: bytes, cut: int
) -> None:
    span = new_span()
    pieces = [answer[at : at + cut] for at in range(0, len(answer), cut)]
    line = ask(proxy, provider, answers(*pieces), get(span))
    assert line.read_to_end() == answer
    row = proxy.end_of(span)
    assert (row.ending, row.mode, row.bytes_out) == ("complete", "relay", len(answer))


def test_one_hop_fields_of_an_answer_stay_behind(proxy: Proxy, provider: Provider) -> None:
    answer = PLAIN + b"Connection: close, X-Own\r\nX-Own: 1\r\nKeep-Alive: x\r\nContent-Length: 2"
    line = ask(proxy, provider, answers(answer + b"\r\n\r\nok"))
    assert line.read_to_end() == PLAIN + b"Connection: close\r\nContent-Length: 2\r\n\r\nok"


def test_an_answer_to_head_has_no_body_and_the_connection_lives_on(
    proxy: Proxy, provider: Provider
) -> None:
    answer = PLAIN + b"Content-Length: 500\r\n\r\n"

    def behave(line: Line) -> None:
        line.read_until(b"\r\n\r\n")
        line.send(answer)
        line.read_until(b"\r\n\r\n", 2)
        line.send(OK)

    line = ask(proxy, provider, behave, request(method=b"HEAD"))
    line.read_until(b"\r\n\r\n")
    line.send(request(method=b"GET"))
    assert line.read_until(b"ok") == answer + OK
    assert len(provider.lines) == 1


def test_a_reset_of_the_provider_is_a_reset(proxy: Proxy, provider: Provider) -> None:
    span = new_span()

    def behave(line: Line) -> None:
        line.read_until(b"\r\n\r\n")
        line.send(PLAIN + b"Content-Length: 100\r\n\r\nhalf")
        time.sleep(0.1)
        line.reset()

    line = ask(proxy, provider, behave, get(span))
    assert line.read_to_reset() == PLAIN + b"Content-Length: 100\r\n\r\nhalf"
    row = proxy.end_of(span)
    assert (row.ending, row.status) == ("reset", 200)
    assert row.error is not None


@pytest.mark.parametrize("said", [b"", b"HTTP/1.1 20", PLAIN + b"Content-Length: 100\r\n\r\nhalf"])
def test_a_fin_of_the_provider_in_the_middle_is_a_fin(
    proxy: Proxy, provider: Provider, said: bytes
) -> None:
    span = new_span()
    line = ask(proxy, provider, answers(said), get(span))
    assert line.read_to_end() == said
    assert proxy.end_of(span).ending == "fin"


def test_idle_connections_end_as_the_provider_ends_them(proxy: Proxy, provider: Provider) -> None:
    go = threading.Event()

    def behave(line: Line) -> None:
        line.read_until(b"\r\n\r\n")
        line.send(OK)
        go.wait(5)

    line = ask(proxy, provider, behave)
    line.read_until(b"ok")
    assert line.silent_for(0.1)
    go.set()
    assert line.read() == b""


def test_an_answer_that_is_no_http_passes_unread(proxy: Proxy, provider: Provider) -> None:
    span = new_span()
    line = ask(proxy, provider, answers(b"ICY 200 OK\r\n\r\n", b"\x00\x01"), get(span))
    assert line.read_to_end() == b"ICY 200 OK\r\n\r\n\x00\x01"
    row = proxy.end_of(span)
    assert (row.mode, row.ending) == ("blind", "unparsed")


def test_after_a_change_of_protocol_both_directions_pass_unread(
    proxy: Proxy, provider: Provider
) -> None:
    span = new_span()
    switch = b"HTTP/1.1 101 Switching\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"

    def behave(line: Line) -> None:
        line.read_until(b"\r\n\r\n")
        line.send(switch + b"\x81\x02hi")
        line.read_until(b"\x81\x03you")
        line.send(b"\x88")

    headers = b"Connection: Upgrade\r\nUpgrade: websocket\r\n"
    asked = request(method=b"GET", headers=headers, span=span)
    line = ask(proxy, provider, behave, asked)
    line.read_until(b"hi")
    line.send(b"\x81\x03you")
    assert line.read_to_end() == switch + b"\x81\x02hi\x88"
    assert b"Upgrade: websocket" in provider.lines[0].received
    row = proxy.end_of(span)
    assert (row.mode, row.status, row.ending) == ("blind", 101, "fin")


def test_an_answer_that_comes_before_the_request_is_whole_passes(
    proxy: Proxy, provider: Provider
) -> None:
    answer = b"HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\n\r\nbig"

    def behave(line: Line) -> None:
        line.read_until(b"\r\n\r\n")
        line.send(answer)

    asked = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\nstart"
    line = ask(proxy, provider, behave, asked)
    assert line.read_to_end() == answer


def test_bytes_behind_a_whole_answer_pass_and_end_the_connection(
    proxy: Proxy, provider: Provider
) -> None:
    def behave(line: Line) -> None:
        line.read_until(b"\r\n\r\n")
        line.send(OK + b"garbage")
        line.read_to_end()

    line = ask(proxy, provider, behave)
    assert line.read_to_end() == OK + b"garbage"


def test_an_early_answer_survives_the_reset_that_follows_it(
    proxy: Proxy, provider: Provider
) -> None:
    answer = b"HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\n\r\nbig"

    def behave(line: Line) -> None:
        line.read_until(b"\r\n\r\n")
        line.send(answer)

    provider.expect(behave)
    line = proxy.connect()
    line.send(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 90000000\r\n\r\n")
    with contextlib.suppress(OSError):
        for _ in range(1000):
            line.send(b"x" * 1000)
    line.sock.settimeout(5)
    with contextlib.suppress(ConnectionResetError):
        line.read_to_end()
    assert line.received == answer
