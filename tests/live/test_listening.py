"""The fault of a listener: refused for as long as it lasts, and open again on the same port."""

import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from faults.config import Tls
from tests.live.proxied import (
    WITHIN_S,
    Line,
    Provider,
    proxied,
    refused,
    streams,
    wait_until,
    window,
)
from tests.live.said import END, request

pytestmark = [pytest.mark.live, pytest.mark.usefixtures("own_runtime_folder")]


@pytest.fixture
def provider() -> Iterator[Provider]:
    with Provider() as provider:
        provider.expect(streams)
        yield provider


def test_a_closed_listener_refuses_every_connection_and_opens_again_on_its_port(
    provider: Provider,
) -> None:
    inject: dict[str, dict[str, object]] = {"connect_refused": {}}
    with proxied(provider.port, rules=(window("gone", inject, 0.3, 1.0),)) as proxy:
        old = proxy.connect()
        old.send(request(b"{}"))
        old.read_until(END)
        wait_until(lambda: proxy.events("listener_closed"))
        accepted = 0
        while not proxy.events("listener_opened"):
            accepted += not refused(proxy)
            time.sleep(0.02)
        opened = proxy.events("listener_opened")[0]
        old.send(request(b"{}"))
        old.read_until(END, 2)
        assert not refused(proxy)
        (closed,) = proxy.events("listener_closed")
        probes = proxy.events("self_probe")
    assert accepted <= 1, "one may have slipped in between the opening and its row"
    assert closed.subject == opened.subject == "azure"
    assert closed.facts == opened.facts == {"fault": "gone"}
    assert len(probes) >= 2
    assert all(probe.facts == {"refused": True} for probe in probes)
    assert all(closed.at_ns <= probe.at_ns <= opened.at_ns for probe in probes)


def test_a_closure_that_one_fault_hands_to_the_next_is_on_record_in_both_names(
    provider: Provider,
) -> None:
    inject: dict[str, dict[str, object]] = {"connect_refused": {}}
    rules = (window("first", inject, 0.2, 0.6), window("next", inject, 0.4, 0.9))
    with proxied(provider.port, rules=rules) as proxy:
        wait_until(lambda: len(proxy.events("listener_opened")) == 2)
        closed = [(event.facts["fault"], event.at_ns) for event in proxy.events("listener_closed")]
        opened = [(event.facts["fault"], event.at_ns) for event in proxy.events("listener_opened")]
    assert [name for name, _ in closed] == [name for name, _ in opened] == ["first", "next"]
    assert opened[0][1] <= closed[1][1] <= opened[1][1]


@pytest.mark.parametrize("which", ["idle", "all"])
def test_a_closed_listener_resets_the_open_connections_that_it_is_told_to(
    provider: Provider, which: str
) -> None:
    inject: dict[str, dict[str, object]] = {"connect_refused": {"reset_connections": which}}
    provider.expect(Line.read_to_end)
    with proxied(provider.port, rules=(window("gone", inject, 0.3, 0.8),)) as proxy:
        idle, busy = proxy.connect(), proxy.connect()
        busy.send(request(b"{}"))
        assert idle.read_to_reset() == b""
        if which == "all":
            assert busy.read_to_reset() == b""
        else:
            assert busy.silent_for(0.2)


@pytest.mark.parametrize("encrypted", [False, True], ids=["clear", "tls"])
def test_a_silent_listener_lets_nobody_in_nor_refuses_and_opens_again_on_its_port(
    provider: Provider, tmp_path: Path, *, encrypted: bool
) -> None:
    tls = Tls(ca_folder=str(tmp_path / "ca")) if encrypted else None
    inject: dict[str, dict[str, object]] = {"connect_timeout": {"reset_connections": "idle"}}
    rules = (window("dark", inject, 1.0, 2.5),)
    with proxied(provider.port, rules=rules, tls=tls) as proxy:
        idle = proxy.connect()
        if not encrypted:  # there nobody is in before the handshake
            assert idle.read_to_reset() == b""
        # Over TLS the first may meet a port that is closed, for a moment, and not yet silent.
        wait_until(lambda: len(proxy.events("self_probe")) > 1)
        address = ("127.0.0.1", proxy.ports["azure"])
        with pytest.raises(TimeoutError):
            socket.create_connection(address, 0.3)
        waiting = socket.create_connection(address, WITHIN_S)  # its second SYN gets in
        (opened,) = proxy.events("listener_opened")
        waiting.close()
        assert not refused(proxy)
        (closed,) = proxy.events("listener_closed")
        probes = proxy.events("self_probe")
    assert closed.facts == opened.facts == {"fault": "dark"}
    assert all(probe.facts == {"refused": True} for probe in probes)


def test_a_listener_may_be_silent_first_and_then_refuse(provider: Provider) -> None:
    rules = (
        window("dark", {"connect_timeout": {}}, 0.3, 1.5),
        window("gone", {"connect_refused": {}}, 1.0, 2.5),
    )
    with proxied(provider.port, rules=rules) as proxy:
        wait_until(lambda: len(proxy.events("listener_closed")) == 2)
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", proxy.ports["azure"]), 0.3)
        wait_until(lambda: len(proxy.events("listener_opened")) == 2)
        assert not refused(proxy)
