"""Slow readers on either side: everything arrives, and nobody is lost sight of."""

import threading
import time
from collections.abc import Iterator

import pytest

from tests.live.proxied import Line, Provider, Proxy, answers, ask, proxied
from tests.live.said import OK, PLAIN, new_span, request

pytestmark = pytest.mark.live


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    with Provider() as provider:
        yield provider


@pytest.fixture(scope="module")
def proxy(provider: Provider) -> Iterator[Proxy]:
    with proxied(provider.port) as proxy:
        yield proxy


def test_a_large_body_arrives_byte_for_byte_at_a_client_that_reads_slowly(
    proxy: Proxy, provider: Provider
) -> None:
    body = bytes(range(256)) * 40_000
    line = ask(proxy, provider, answers(PLAIN + b"Content-Length: %d\r\n\r\n" % len(body), body))
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
        line.send(OK)

    line = ask(proxy, provider, behave, request(body))
    assert line.read_until(b"ok").endswith(b"ok")
    provider.await_end()


def test_a_client_is_seen_to_reset_while_the_provider_keeps_it_from_being_read(
    proxy: Proxy, provider: Provider
) -> None:
    span = new_span()
    go = threading.Event()

    def behave(line: Line) -> None:
        line.read_until(b"\r\n\r\n")
        go.wait(5)
        line.read_to_reset()

    provider.expect(behave)
    line = proxy.connect()
    line.sock.settimeout(0.3)
    with pytest.raises(TimeoutError):
        line.send(request(b"x" * 30_000_000, span=span))
    line.reset()
    assert proxy.end_of(span).ending == "client_gone"
    go.set()
    provider.await_end()


def test_a_client_that_reads_late_gets_all_that_came_before_the_reset(
    proxy: Proxy, provider: Provider
) -> None:
    said = PLAIN + b"Content-Length: 9000000\r\n\r\n" + b"x" * 400_000

    def behave(line: Line) -> None:
        line.read_until(b"\r\n\r\n")
        line.send(said)
        time.sleep(0.2)
        line.reset()

    line = ask(proxy, provider, behave)
    time.sleep(0.4)
    assert line.read_to_reset() == said


def test_a_client_that_never_reads_is_seen_to_leave(proxy: Proxy, provider: Provider) -> None:
    def behave(line: Line) -> None:
        line.read_until(b"\r\n\r\n")
        with pytest.raises(OSError, match=r"reset|pipe"):
            line.send(PLAIN + b"Content-Length: 900000000\r\n\r\n" + b"x" * 90_000_000)

    line = ask(proxy, provider, behave)
    time.sleep(0.3)
    line.close()
    provider.await_end()
