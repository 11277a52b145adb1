"""Windows: faults hold in theirs only, and what they held is let go when they end."""

from collections.abc import Iterator

import pytest

from experiments.running.children import await_word
from faults import control
from telemetry.clock import NS_PER_S, now_ns
from telemetry.leash import Disarm, Start
from telemetry.rows import Event
from tests.live.proxied import (
    ERROR,
    HOLE,
    STALL,
    WITHIN_S,
    Provider,
    always,
    body,
    held,
    proxied,
    streams,
    wait_until,
    window,
)
from tests.live.said import END, events, request

pytestmark = [pytest.mark.live, pytest.mark.usefixtures("own_runtime_folder")]

TAG = "0a0b0c0d"


@pytest.fixture
def provider() -> Iterator[Provider]:
    with Provider() as provider:
        provider.expect(streams)
        yield provider


def test_faults_hold_in_their_window_only_and_the_window_is_on_record(provider: Provider) -> None:
    rule = window("outage", ERROR, 0.3, 0.8)
    with proxied(provider.port, rules=(rule,), begin_at_once=False) as proxy:
        zero = now_ns() + NS_PER_S // 10
        before = proxy.connect()
        before.send(request(b"{}"))
        assert b" 200 " in before.read_until(END)
        proxy.child.order(Start(at_ns=zero))
        proxy.await_row(lambda row: isinstance(row, Event) and row.name == "window_start")
        during = proxy.connect()
        during.send(request(b"{}"))
        assert b" 503 " in during.read_until(b"}}")
        proxy.await_row(lambda row: isinstance(row, Event) and row.name == "window_end")
        after = proxy.connect()
        after.send(request(b"{}"))
        assert b" 200 " in after.read_until(END)
        (start,), (end,) = proxy.events("window_start"), proxy.events("window_end")
    assert start.subject == end.subject == "outage"
    assert start.facts == {
        "group": "outage",
        "endpoints": "azure",
        "share": 1.0,
        "listener": False,
        "inject": '{"http_error":{"status":503}}',
        "planned_start_ns": zero + 300_000_000,
        "planned_end_ns": zero + 800_000_000,
    }
    assert start.at_ns >= zero + 300_000_000
    assert end.at_ns >= zero + 800_000_000


def test_in_a_run_strangers_are_left_alone(provider: Provider) -> None:
    rule = always("outage", ERROR, "azure")
    with proxied(provider.port, rules=(rule,), bystanders=False) as proxy:
        stranger = proxy.connect()
        stranger.send(request(b"{}"))
        assert b" 200 " in stranger.read_until(END)
        own = proxy.connect()
        traced = b"traceparent: 00-%b-%b-01\r\ntracestate: crosswind=0\r\n"
        trace = TAG.encode() + b"00000001" + b"00" * 7 + b"01"
        head = b"POST / HTTP/1.1\r\nHost: x\r\n" + traced % (trace, b"12" * 8)
        own.send(head + b"Content-Length: 2\r\n\r\n{}")
        assert b" 503 " in own.read_until(b"}}")
        (touch,) = proxy.touches()
    assert (touch.key_source, touch.trace_id) == ("attempt", trace.decode())


def test_when_its_window_ends_a_stalled_stream_gets_the_rest(provider: Provider) -> None:
    with proxied(provider.port, rules=(window("stall", STALL, 0, 0.6),)) as proxy:
        line = held(proxy)
        line.read_until(END)
        assert body(line) == events(3)


def test_when_its_window_ends_a_blackhole_closes_unanswered(provider: Provider) -> None:
    with proxied(provider.port, rules=(window("hole", HOLE, 0, 0.6),)) as proxy:
        line = held(proxy)
        assert line.read_to_end() == b""
        assert not provider.lines


@pytest.mark.parametrize("how", ["disarm", "kill", "ttl"])
def test_when_faults_are_removed_what_was_held_is_sent_and_the_rest_passes(
    provider: Provider, how: str
) -> None:
    rules = (always("stall", STALL, "azure"), always("hole", HOLE, "vertex"))
    ttl_s = 1.0 if how == "ttl" else 3600.0
    with proxied(
        provider.port, endpoints=("azure", "vertex"), rules=rules, max_ttl_s=ttl_s
    ) as proxy:
        stalled = held(proxy)
        swallowed = proxy.connect("vertex")
        swallowed.send(request(b"{}"))
        wait_until(lambda: len(proxy.touches()) == 2)
        if how == "disarm":
            proxy.child.order(Disarm())
            assert await_word(proxy.child, "disarmed", WITHIN_S)["faults_left"] == 0
        if how == "kill":
            (answer,) = control.kill_all()
            assert (answer["pid"], answer["faults_left"]) == (proxy.child.pid, 0)
        stalled.read_until(END)
        swallowed.read_until(END)
        assert body(stalled) == body(swallowed) == events(3)
        after = proxy.connect()
        after.send(request(b"{}"))
        after.read_until(END)
        assert len(proxy.touches()) == 2
        assert {event.subject for event in proxy.events("window_end")} == {"stall", "hole"}
        assert bool(proxy.events("killed")) is (how == "kill")
