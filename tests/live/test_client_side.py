"""Relay law, upwards: what the client says arrives as it was said, and so does its leaving."""

import threading
import time
from collections.abc import Iterator

import pytest

from telemetry.rows import HopBegun
from tests.live.proxied import (
    Line,
    Provider,
    Proxy,
    always,
    answers,
    ask,
    proxied,
    wait_until,
)
from tests.live.said import OK, get, new_span, request

pytestmark = pytest.mark.live


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    with Provider() as provider:
        yield provider


@pytest.fixture(scope="module")
def proxy(provider: Provider) -> Iterator[Proxy]:
    with proxied(provider.port) as proxy:
        yield proxy


def test_a_chunked_request_arrives_as_it_was_sent(proxy: Proxy, provider: Provider) -> None:
    sent = b"5\r\nhello\r\n3;e=1\r\nyou\r\n0\r\nX-T: 1\r\n\r\n"
    asked = b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"

    def behave(line: Line) -> None:
        line.read_until(b"X-T: 1\r\n\r\n")
        line.send(OK)

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
    line = ask(proxy, provider, answers(OK), asked)
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


def test_a_client_that_expects_100_continue_gets_the_providers(
    proxy: Proxy, provider: Provider
) -> None:
    def behave(line: Line) -> None:
        line.read_until(b"Expect: 100-continue\r\n")
        line.send(b"HTTP/1.1 100 Continue\r\n\r\n")
        line.read_until(b"the body")
        line.send(OK)

    asked = request(b"the body", headers=b"Expect: 100-continue\r\n")
    line = ask(proxy, provider, behave, asked.removesuffix(b"the body"))
    assert line.read_until(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
    line.send(b"the body")
    line.read_until(b"ok")


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
        line.send(OK)

    line = ask(proxy, provider, behave)
    line.sock.shutdown(1)
    assert line.read_to_end() == OK


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
        line.send(OK)
        line.read_to_end()

    line = ask(proxy, provider, behave, first + request(b"second", target=b"/second"))
    assert line.read_to_end() == OK
    provider.await_end()
    assert b"second" not in provider.lines[0].received


@pytest.mark.parametrize("chunked", [False, True], ids=["length", "chunked"])
def test_the_next_request_may_come_with_the_end_of_one_whose_answer_is_over(
    provider: Provider, *, chunked: bool
) -> None:
    known = b"tracestate: crosswind=0\r\n"
    first = request(b"first", headers=known)
    if chunked:
        framed = known + b"Transfer-Encoding: chunked\r\n"
        first = request(headers=framed) + b"5\r\nfirst\r\n0\r\n\r\n"
    head, end, body = first.partition(b"\r\n\r\n")
    refusing = always("it", {"http_error": {"status": 503, "message": "no"}}, "azure")
    with proxied(provider.port, rules=(refusing,)) as proxy:
        line = proxy.connect()
        line.send(head + end)
        line.read_until(b'"no"')
        line.send(body + request(b"second", headers=known))
        line.read_until(b'"no"', 2)
        line.close()
        wait_until(lambda: len(proxy.touches()) == 2)


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
