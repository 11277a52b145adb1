"""WebSockets: they pass as they are, and faults meet their handshake and what follows."""

from collections.abc import Iterator

import pytest

from tests.live.proxied import ERROR, HOLE, Provider, always, proxied, wait_until, window
from tests.live.websockets import GREETING, SWITCHED, UPGRADE, echoes, frame

pytestmark = [pytest.mark.live, pytest.mark.usefixtures("own_runtime_folder")]

Inject = dict[str, dict[str, object]]


@pytest.fixture
def provider() -> Iterator[Provider]:
    with Provider() as provider:
        provider.expect(echoes)
        yield provider


def test_it_passes_in_both_directions_byte_by_byte(provider: Provider) -> None:
    with proxied(provider.port) as proxy:
        line = proxy.connect()
        line.send(UPGRADE)
        line.read_until(GREETING)
        for number in range(3):
            line.send(frame(number))
            line.read_until(frame(number))
        assert line.received == SWITCHED + GREETING + b"".join(map(frame, range(3)))
        line.close()
        end = proxy.await_end(lambda row: row.mode == "blind")
    assert (end.status, end.ending) == (101, "client_gone")


@pytest.mark.parametrize("inject", [{"latency": {"delay_s": 0.2}}, {"slow_tokens": {"gap_s": 0.1}}])
def test_under_a_fault_that_only_delays_it_is_the_same_bytes(
    provider: Provider, inject: Inject
) -> None:
    with proxied(provider.port, rules=(always("late", inject, "azure"),)) as proxy:
        line = proxy.connect()
        line.send(UPGRADE)
        line.read_until(GREETING)
        line.send(frame(1))
        line.read_until(frame(1))
        assert line.received == SWITCHED + GREETING + frame(1)


def test_its_handshake_can_be_refused(provider: Provider) -> None:
    with proxied(provider.port, rules=(always("down", ERROR, "azure"),)) as proxy:
        line = proxy.connect()
        line.send(UPGRADE)
        assert line.read_until(b"\r\n\r\n").startswith(b"HTTP/1.1 503 ")
        assert [touch.action for touch in proxy.touches()] == ["answered"]
    assert not provider.lines


def test_it_can_be_cut_before_its_first_word(provider: Provider) -> None:
    inject: Inject = {"stream_reset": {"after_tokens": 0}}
    with proxied(provider.port, rules=(always("cut", inject, "azure"),)) as proxy:
        line = proxy.connect()
        line.send(UPGRADE)
        assert line.read_to_reset() == SWITCHED
        assert [touch.action for touch in proxy.touches()] == ["reset"]


def test_it_can_be_cut_after_so_many_bytes(provider: Provider) -> None:
    inject: Inject = {"limit_data": {"limit_bytes": 10}}
    with proxied(provider.port, rules=(always("cut", inject, "azure"),)) as proxy:
        line = proxy.connect()
        line.send(UPGRADE)
        line.read_until(GREETING)
        line.send(frame(1))
        line.read_to_end()
    assert line.received == (SWITCHED + GREETING + frame(1))[: len(SWITCHED) + 10]


def test_it_can_stall_and_goes_on_when_the_window_ends(provider: Provider) -> None:
    inject: Inject = {"stream_stall": {"after_tokens": 0}}
    with proxied(provider.port, rules=(window("stall", inject, 0.0, 2.0),)) as proxy:
        line = proxy.connect()
        line.send(UPGRADE)
        wait_until(proxy.touches)
        assert line.received in {b"", SWITCHED}
        line.read_until(GREETING)
        line.send(frame(1))
        line.read_until(frame(1))


def test_a_hole_holds_its_handshake(provider: Provider) -> None:
    with proxied(provider.port, rules=(always("hole", HOLE, "azure"),)) as proxy:
        line = proxy.connect()
        line.send(UPGRADE)
        wait_until(proxy.touches)
        assert line.silent_for(0.3)
    assert not provider.lines


def test_when_one_end_closes_so_does_the_other(provider: Provider) -> None:
    with proxied(provider.port, rules=(always("x", {"latency": {"delay_s": 0}}, "azure"),)) as p:
        line = p.connect()
        line.send(UPGRADE)
        line.read_until(GREETING)
        provider.lines[0].close()
        line.send(frame(1))
        line.close()
        assert p.await_end(lambda row: row.status == 101)
