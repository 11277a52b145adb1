"""Requests that a provider gets again: what it sees, who is told, and what ends them."""

import socket
from collections.abc import Iterator

import pytest

from faults.config import Limits, Price
from faults.control import ask_all
from telemetry.rows import Event, HopEnded
from tests.live.proxied import Line, Provider, Proxy, always, answers, proxied, wait_until
from tests.live.said import END, OK, STREAM, chunked, events, request
from tests.live.test_reading_side import question

pytestmark = [pytest.mark.live, pytest.mark.usefixtures("own_runtime_folder")]

TWICE = always("twice", {"dedup_replay": {"replays": 2}}, "azure")
KNOWN = b"tracestate: crosswind=0\r\n"


@pytest.fixture
def provider() -> Iterator[Provider]:
    with Provider() as provider:
        yield provider


@pytest.fixture
def proxy(provider: Provider) -> Iterator[Proxy]:
    with proxied(provider.port, rules=(TWICE,)) as proxy:
        yield proxy


def replayed(proxy: Proxy) -> list[Event]:
    wait_until(lambda: len(proxy.events("replayed")) == 2)
    return proxy.events("replayed")


def hops(proxy: Proxy) -> list[HopEnded]:
    return [row for row in proxy.rows() if isinstance(row, HopEnded)]


def streams(line: Line) -> None:
    line.read_until(b"the question")
    line.send(STREAM + chunked(events(3)))


@pytest.mark.parametrize("known", [KNOWN, b""], ids=["keyed by attempt", "keyed by content"])
def test_the_provider_gets_the_request_again_byte_for_byte(
    proxy: Proxy, provider: Provider, known: bytes
) -> None:
    provider.expect(streams)
    line = proxy.connect()
    asked = request(b"the question", headers=known)
    line.send(asked[:-3])
    line.send(asked[-3:])
    assert line.read_until(END).count(b"[DONE]") == 1
    told = replayed(proxy)
    first, *others = [one.received for one in provider.lines]
    assert others == [first, first]
    assert b"\r\ntraceparent: 00-abab" in first
    assert sorted(one.facts["number"] for one in told) == [1, 2]  # type: ignore[type-var]  # numbers
    assert {one.subject for one in told} == {"twice"}
    assert {(one.facts["status"], one.facts["ending"], one.facts["tokens"]) for one in told} == {
        (200, "complete", 3)
    }


def test_it_is_attested_and_neither_an_attempt_nor_a_hop(proxy: Proxy, provider: Provider) -> None:
    provider.expect(streams)
    line = proxy.connect()
    line.send(request(b"the question"))
    line.read_until(END)
    replayed(proxy)
    (touch,) = proxy.touches()
    assert (touch.action, touch.asked_upstream) == ("replayed", True)
    (hop,) = hops(proxy)
    assert (hop.ending, hop.tokens_up, hop.hop) == ("complete", 3, touch.hop)


def test_the_clients_leaving_does_not_end_it(proxy: Proxy, provider: Provider) -> None:
    def hangs_a_while(line: Line) -> None:
        line.read_until(b"the question")
        line.send(STREAM)
        if len(provider.lines) == 1:
            line.read_to_end()
        else:
            wait_until(lambda: hops(proxy))
            line.send(chunked(events(3)))

    provider.expect(hangs_a_while)
    line = proxy.connect()
    line.send(request(b"the question"))
    line.read_until(b"\r\n\r\n")
    wait_until(lambda: len(provider.lines) == 3)
    line.close()
    assert {one.facts["ending"] for one in replayed(proxy)} == {"complete"}
    assert {row.ending for row in hops(proxy)} == {"client_gone"}


def test_it_is_over_when_faults_are_taken_away(proxy: Proxy, provider: Provider) -> None:
    def hangs(line: Line) -> None:
        line.read_until(b"the question")
        if len(provider.lines) == 1:
            line.send(STREAM + chunked(events(3)))
            line.read_to_end()
        line.read_to_reset()

    provider.expect(hangs)
    line = proxy.connect()
    line.send(request(b"the question"))
    line.read_until(END)
    wait_until(lambda: len(provider.lines) == 3)
    ask_all("kill")
    assert {one.facts["ending"] for one in replayed(proxy)} == {"disarmed"}
    provider.await_gone()


def test_a_provider_that_is_gone_by_then_is_told_of() -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    with proxied(listener.getsockname()[1], rules=(TWICE,)) as proxy:
        line = proxy.connect()
        line.send(request(b"the question"))
        first = Line(listener.accept()[0])
        listener.close()
        first.send(OK)
        line.read_until(b"ok")
        told = replayed(proxy)
        first.close()
    assert {(one.facts["ending"], one.facts["status"]) for one in told} == {
        ("upstream_unreachable", 0)
    }


def test_a_longer_body_than_is_read_is_sent_once(proxy: Proxy, provider: Provider) -> None:
    size = 3 << 20

    def behave(line: Line) -> None:
        line.read_until(b"\r\n\r\n")
        while len(line.received) < size:
            line.read()
        line.send(OK)

    provider.expect(behave)
    line = proxy.connect()
    line.send(request(b"x" * size))
    line.read_until(b"ok")
    (told,) = proxy.events("fault_not_applicable")
    assert "was not whole when 1048576 bytes" in str(told.facts["reason"])
    assert not proxy.touches()
    assert len(provider.lines) == 1


def test_limits_count_it_and_it_is_paid_for(provider: Provider) -> None:
    provider.expect(answers(OK))
    limits = Limits(max_requests=10, max_spend=100.0)
    price = Price(prompt_per_million=0.0, output_per_million=1_000_000.0)
    with proxied(provider.port, rules=(TWICE,), limits=limits, price=price) as proxy:
        line = proxy.connect()
        line.send(question("hello"))
        line.read_until(b"ok")
        replayed(proxy)
        wait_until(lambda: any(one.facts["requests"] == 3 for one in proxy.events("spend")))
        wait_until(lambda: any(one.facts["spent"] == 24.0 for one in proxy.events("spend")))


def test_a_limit_that_is_reached_lets_no_more_of_them_go(provider: Provider) -> None:
    provider.expect(answers(OK))
    with proxied(provider.port, rules=(TWICE,), limits=Limits(max_requests=2)) as proxy:
        line = proxy.connect()
        line.send(question("hello"))
        line.read_until(b"ok")
        endings = {(one.facts["ending"], one.facts.get("refused_by")) for one in replayed(proxy)}
        assert endings == {("complete", None), ("refused", "max_requests")}
        assert len(provider.lines) == 2
        assert proxy.events("limit_reached")
