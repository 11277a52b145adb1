"""Relay law: without a fault the same bytes pass, in both directions, and end as they ended."""

import threading
import time
from collections.abc import Iterator

import pytest

from telemetry.rows import HopBegun
from tests.live.proxied import Behaviour, Line, Provider, Proxy, new_span, proxied, request

pytestmark = pytest.mark.live

HEAD = b"HTTP/1.1 200 OK\r\nX-One: 1\r\nx-ONE: 2\r\nContent-Type: text/plain\r\n"


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    with Provider() as provider:
        yield provider


@pytest.fixture(scope="module")
def proxy(provider: Provider) -> Iterator[Proxy]:
    with proxied(provider.port) as proxy:
        yield proxy


def answers(*pieces: bytes, pause_s: float = 0.0) -> Behaviour:
    def behave(line: Line) -> None:
        line.read_until(b"\r\n\r\n")
        for piece in pieces:
            line.send(piece)
            time.sleep(pause_s)

    return behave


def ask(proxy: Proxy, provider: Provider, behave: Behaviour, asked: bytes = b"") -> Line:
    provider.expect(behave)
    line = proxy.connect()
    line.send(asked or request(method=b"GET"))
    return line


def get(span: str) -> bytes:
    return request(method=b"GET", span=span)


@pytest.mark.parametrize(
    "answer",
    [
        HEAD + b"Content-Length: 5\r\n\r\nhello",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n5;x=y\r\nhello\r\n0\r\nX-Trailer: z\r\n\r\n",
        HEAD + b"\r\nup to the end",
        b"HTTP/1.1 204 No Content\r\n\r\n",
        b"HTTP/1.1 304 Not Modified\r\nContent-Length: 99\r\n\r\n",
        b"HTTP/1.0 200 OK\r\n\r\nold",
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"
        + HEAD
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


def test_a_large_body_arrives_byte_for_byte_at_a_client_that_reads_slowly(
    proxy: Proxy, provider: Provider
) -> None:
    body = bytes(range(256)) * 40_000
    line = ask(proxy, provider, answers(HEAD + b"Content-Length: %d\r\n\r\n" % len(body), body))
    time.sleep(0.3)
    assert line.read_to_end().endswith(body)
    assert len(line.received) - line.received.find(b"\r\n\r\n") - 4 == len(body)


def test_a_large_request_arrives_byte_for_byte_at_a_provider_that_reads_slowly(
    proxy: Proxy, provider: Provider
) -> None:
    body = bytes(range(256)) * 40_000

    def behave(line: Line) -> None:
        time.sleep(0.3)
        while len(line.received) < len(body) or not line.received.endswith(body):
            line.read()
        line.send(HEAD + b"Content-Length: 2\r\n\r\nok")

    line = ask(proxy, provider, behave, request(body))
    assert line.read_until(b"ok").endswith(b"ok")
    provider.await_end()


def test_a_chunked_request_arrives_as_it_was_sent(proxy: Proxy, provider: Provider) -> None:
    sent = b"5\r\nhello\r\n3;e=1\r\nyou\r\n0\r\nX-T: 1\r\n\r\n"
    asked = b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"

    def behave(line: Line) -> None:
        line.read_until(b"X-T: 1\r\n\r\n")
        line.send(HEAD + b"Content-Length: 2\r\n\r\nok")

    provider.expect(behave)
    line = proxy.connect()
    for byte in asked + sent:
        line.send(bytes([byte]))
    line.read_until(b"ok")
    assert provider.lines[0].received.partition(b"\r\n\r\n")[2] == sent


def test_the_provider_is_asked_by_its_own_name_and_one_hop_fields_stay_behind(
    proxy: Proxy, provider: Provider
) -> None:
    span = new_span()
    asked = request(
        method=b"GET",
        headers=b"Connection: keep-alive, X-Mine\r\nX-Mine: 1\r\nTE: trailers\r\n"
        b"Keep-Alive: timeout=5\r\ntracestate: a=b,crosswind=7\r\n",
        span=span,
    )
    line = ask(proxy, provider, answers(HEAD + b"Content-Length: 2\r\n\r\nok"), asked)
    line.read_until(b"ok")
    assert provider.lines[0].received == (
        b"GET /v1/x HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nConnection: keep-alive\r\n"
        b"tracestate: a=b,crosswind=7\r\ntraceparent: 00-%b-%b-01\r\n\r\n"
        % (provider.port, b"ab" * 16, span.encode())
    )
    begun = proxy.await_row(lambda row: isinstance(row, HopBegun) and row.parent_span_id == span)
    assert isinstance(begun, HopBegun)
    assert begun.trace_id == "ab" * 16
    assert begun.attempt_key == 7


def test_one_hop_fields_of_an_answer_stay_behind(proxy: Proxy, provider: Provider) -> None:
    answer = HEAD + b"Connection: close, X-Own\r\nX-Own: 1\r\nKeep-Alive: x\r\nContent-Length: 2"
    line = ask(proxy, provider, answers(answer + b"\r\n\r\nok"))
    assert line.read_to_end() == HEAD + b"Connection: close\r\nContent-Length: 2\r\n\r\nok"


def test_an_answer_to_head_has_no_body_and_the_connection_lives_on(
    proxy: Proxy, provider: Provider
) -> None:
    answer = HEAD + b"Content-Length: 500\r\n\r\n"

    def behave(line: Line) -> None:
        line.read_until(b"\r\n\r\n")
        line.send(answer)
        line.read_until(b"\r\n\r\n", 2)
        line.send(HEAD + b"Content-Length: 2\r\n\r\nok")

    line = ask(proxy, provider, behave, request(method=b"HEAD"))
    line.read_until(b"\r\n\r\n")
    line.send(request(method=b"GET"))
    assert line.read_until(b"ok") == answer + HEAD + b"Content-Length: 2\r\n\r\nok"
    assert len(provider.lines) == 1


def test_a_client_that_expects_100_continue_gets_the_providers(
    proxy: Proxy, provider: Provider
) -> None:
    def behave(line: Line) -> None:
        line.read_until(b"Expect: 100-continue\r\n")
        line.send(b"HTTP/1.1 100 Continue\r\n\r\n")
        line.read_until(b"the body")
        line.send(HEAD + b"Content-Length: 2\r\n\r\nok")

    asked = request(b"the body", headers=b"Expect: 100-continue\r\n")
    line = ask(proxy, provider, behave, asked.removesuffix(b"the body"))
    assert line.read_until(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
    line.send(b"the body")
    line.read_until(b"ok")


def test_a_reset_of_the_provider_is_a_reset(proxy: Proxy, provider: Provider) -> None:
    span = new_span()

    def behave(line: Line) -> None:
        line.read_until(b"\r\n\r\n")
        line.send(HEAD + b"Content-Length: 100\r\n\r\nhalf")
        time.sleep(0.1)
        line.reset()

    line = ask(proxy, provider, behave, get(span))
    assert line.read_to_reset() == HEAD + b"Content-Length: 100\r\n\r\nhalf"
    row = proxy.end_of(span)
    assert (row.ending, row.status) == ("reset", 200)
    assert row.error is not None


@pytest.mark.parametrize("said", [b"", b"HTTP/1.1 20", HEAD + b"Content-Length: 100\r\n\r\nhalf"])
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
        line.send(HEAD + b"Content-Length: 2\r\n\r\nok")
        go.wait(5)

    line = ask(proxy, provider, behave)
    line.read_until(b"ok")
    assert line.silent_for(0.1)
    go.set()
    assert line.read() == b""


def test_an_unreachable_provider_is_a_reset_and_never_an_answer() -> None:
    with proxied(1) as proxy:
        line = proxy.connect()
        line.send(request(b"x"))
        assert line.read_to_reset() == b""
        row = proxy.await_end(lambda row: row.hop == 0)
    assert (row.ending, row.asked_upstream) == ("upstream_unreachable", False)
    assert row.error is not None
    assert "refused" in row.error.lower()


def test_a_client_that_resets_is_a_reset_for_the_provider_at_once(
    proxy: Proxy, provider: Provider
) -> None:
    span = new_span()

    asked = threading.Event()

    def behave(line: Line) -> None:
        line.read_until(b"\r\n\r\n")
        asked.set()
        line.read_to_reset()

    line = ask(proxy, provider, behave, get(span))
    assert asked.wait(5)
    line.reset()
    provider.await_end()
    assert proxy.end_of(span).ending == "client_gone"


def test_a_client_that_hangs_up_is_seen_by_the_provider(proxy: Proxy, provider: Provider) -> None:
    def behave(line: Line) -> None:
        line.read_until(b"\r\n\r\n")
        line.read_to_end()

    line = ask(proxy, provider, behave)
    time.sleep(0.1)
    line.close()
    provider.await_end()


def test_a_client_that_only_closes_its_half_still_gets_its_answer(
    proxy: Proxy, provider: Provider
) -> None:
    def behave(line: Line) -> None:
        line.read_to_end()
        line.send(HEAD + b"Content-Length: 2\r\n\r\nok")

    line = ask(proxy, provider, behave)
    line.sock.shutdown(1)
    assert line.read_to_end() == HEAD + b"Content-Length: 2\r\n\r\nok"


@pytest.mark.parametrize("chunked", [False, True], ids=["length", "chunked"])
def test_of_pipelined_requests_the_first_is_answered_and_the_second_never_sent(
    proxy: Proxy, provider: Provider, *, chunked: bool
) -> None:
    first = request(b"first")
    if chunked:
        head = b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
        first = head + b"5\r\nfirst\r\n0\r\n\r\n"

    def behave(line: Line) -> None:
        line.read_until(b"first")
        time.sleep(0.1)
        line.send(HEAD + b"Content-Length: 2\r\n\r\nok")
        line.read_to_end()

    line = ask(proxy, provider, behave, first + request(b"second", target=b"/second"))
    assert line.read_to_end() == HEAD + b"Content-Length: 2\r\n\r\nok"
    provider.await_end()
    assert b"second" not in provider.lines[0].received


def test_bytes_that_are_no_http_pass_unread_both_ways(proxy: Proxy, provider: Provider) -> None:
    hello = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00"

    def behave(line: Line) -> None:
        line.read_until(hello)
        line.send(b"\x00\x01\x02")
        line.read_until(b"more")
        line.send(b"\x03")

    line = ask(proxy, provider, behave, hello)
    line.read_until(b"\x02")
    line.send(b"more")
    assert line.read_to_end() == b"\x00\x01\x02\x03"
    assert provider.lines[0].received == hello + b"more"
    row = proxy.await_end(lambda row: row.mode == "blind" and row.bytes_out == 4)
    assert row.ending == "unparsed"


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


def test_requests_share_their_clients_connection_to_the_provider(
    proxy: Proxy, provider: Provider
) -> None:
    def behave(line: Line) -> None:
        for number in range(1, 4):
            line.read_until(b"\r\n\r\n", number)
            line.send(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n%d" % number)

    provider.expect(behave)
    line = proxy.connect()
    for number in range(1, 4):
        line.send(request(method=b"GET"))
        line.read_until(b"\r\n\r\n%d" % number)
    assert len(provider.lines) == 1
