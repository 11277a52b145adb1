"""Redirections that lead back to where they came from, and clients that follow them."""

from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
from h2.events import ResponseReceived

from faults.config import Rule
from telemetry.rows import HopEnded
from tests.live.frames import Frames
from tests.live.proxied import Provider, Proxy, answers, proxied, wait_until
from tests.live.said import OK

pytestmark = pytest.mark.live

TARGET = "/v1/x?a=http://other.test/"
TRACED = {"traceparent": f"00-{'ab' * 16}-00000000000000ff-01", "tracestate": "crosswind=0"}
PLAIN = (
    (":method", "POST"),
    (":scheme", "http"),
    (":path", TARGET),
    (":authority", "up.test:81"),
    ("content-type", "application/json"),
)


def rule(name: str, *, share: float = 1.0, draw: str = "attempt", **parameters: object) -> Rule:
    return Rule(
        id=name,
        endpoints=(name,),
        inject={"redirect_loop": parameters},
        start_s=0,
        end_s=3600,
        share=share,
        draw=draw,  # type: ignore[arg-type]  # one of the two
    )


RULES = (
    rule("relative"),
    rule("absolute", location="absolute", status=308),
    rule("get", status=303),
    rule("half", share=0.5),
    rule("sticky", share=0.5, draw="exchange"),
)


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    with Provider() as provider:
        provider.expect(answers(OK))
        yield provider


@pytest.fixture(scope="module")
def proxy(provider: Provider) -> Iterator[Proxy]:
    endpoints = tuple(one.id for one in RULES)
    with proxied(provider.port, endpoints=endpoints, rules=RULES) as proxy:
        yield proxy


def url(proxy: Proxy, endpoint: str) -> str:
    return f"http://127.0.0.1:{proxy.ports[endpoint]}{TARGET}"


def hops(proxy: Proxy) -> list[HopEnded]:
    return [row for row in proxy.rows() if isinstance(row, HopEnded)]


def follow(proxy: Proxy, endpoint: str, content: str, headers: dict[str, str]) -> str:
    """Ask, and follow; say what came of it."""
    try:
        with httpx2.Client(follow_redirects=True) as client:
            answer = client.post(url(proxy, endpoint), content=content, headers=headers)
    except httpx2.TooManyRedirects:
        return "too many"
    return "later" if answer.history else "at once"


@pytest.mark.parametrize(
    ("endpoint", "status"), [("relative", 307), ("absolute", 308), ("get", 303)]
)
def test_who_follows_comes_back_until_it_has_had_enough(
    proxy: Proxy, endpoint: str, status: int
) -> None:
    before = len(hops(proxy))
    assert follow(proxy, endpoint, "{}", TRACED) == "too many"
    wait_until(lambda: len(hops(proxy)) == before + 21)
    told = hops(proxy)[before:]
    assert {row.status for row in told} == {status}
    assert not any(row.asked_upstream for row in told)


@pytest.mark.parametrize("endpoint", ["relative", "absolute"])
def test_who_does_not_follow_gets_the_address_that_it_asked(proxy: Proxy, endpoint: str) -> None:
    answer = httpx2.post(url(proxy, endpoint), content=b"{}")
    told = answer.headers["location"]
    assert told == (TARGET if endpoint == "relative" else url(proxy, endpoint))
    assert answer.content == b""


def outcomes(proxy: Proxy, endpoint: str, *, traced: bool) -> set[str]:
    """Ask forty times, as many exchanges; return all that came of it."""

    def headers(number: int) -> dict[str, str]:
        trace = f"00-{number + 1:032x}-00000000000000ff-01"
        return {"traceparent": trace, "tracestate": "crosswind=0"} if traced else {}

    return {follow(proxy, endpoint, str(number), headers(number)) for number in range(40)}


def test_one_that_sends_its_trace_again_throws_the_same_dice(proxy: Proxy) -> None:
    assert outcomes(proxy, "half", traced=True) == {"at once", "too many"}


def test_one_without_a_trace_gets_out_sooner_or_later(proxy: Proxy) -> None:
    assert outcomes(proxy, "half", traced=False) == {"at once", "later"}


def test_unless_it_is_decided_for_all_its_attempts(proxy: Proxy) -> None:
    assert outcomes(proxy, "sticky", traced=False) == {"at once", "too many"}


def test_over_http2_the_address_is_the_authority_that_was_asked(provider: Provider) -> None:
    rules = (rule("azure", location="absolute"),)
    with proxied(provider.port, http2=True, rules=rules) as proxy:
        line = Frames(proxy.ports["azure"])
        line.call(b"{}", PLAIN)
        assert line.read_until("head, end") == ["head, end"]
        line.close()
    (head,) = [event for event in line.came if isinstance(event, ResponseReceived)]
    fields: Any = dict(head.headers or ())
    assert fields[":status"] == "307"
    assert fields["location"] == f"http://up.test:81{TARGET}"
