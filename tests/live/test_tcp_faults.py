"""What TCP does to an answer, at the socket: segments, silences, resets of idle connections."""

import socket
import struct
import time
from collections.abc import Iterator

import pytest

from telemetry.leash import Disarm
from tests.live.proxied import Line, Provider, always, ask, body, proxied, streams
from tests.live.said import END, dechunk, events, request

pytestmark = pytest.mark.live


@pytest.fixture
def provider() -> Iterator[Provider]:
    with Provider() as provider:
        yield provider


def segments_in(line: Line) -> int:
    """Count the segments with data that have come: `tcpi_data_segs_in` of linux/tcp.h."""
    told = line.sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 160)
    count: int = struct.unpack_from("I", told, 152)[0]
    return count


def test_a_connection_that_was_idle_is_reset_at_its_next_request(provider: Provider) -> None:
    rule = always("it", {"stale_keepalive": {"idle_s": 0.3}}, "azure")
    with proxied(provider.port, rules=(rule,)) as proxy:
        provider.expect(streams)
        line = proxy.connect()
        time.sleep(0.4)  # open, and nothing asked: its first request passes
        for count in (1, 2):
            line.send(request(method=b"GET"))
            line.read_until(END, count)
        time.sleep(0.4)
        whole = line.received
        line.send(request(method=b"GET", span="00000000000000ee"))
        assert line.read_to_reset() == whole
        hop = proxy.end_of("00000000000000ee")
        assert (hop.ending, hop.asked_upstream, hop.bytes_out) == ("reset", False, 0)
        assert [(touch.action, touch.hop) for touch in proxy.touches()] == [("reset", hop.hop)]
        assert b"200 OK" in ask(proxy, provider, streams).read_until(END)


def test_loss_is_silences_before_events_that_all_come(provider: Provider) -> None:
    rule = always("it", {"packet_loss": {"rate": 0.5}}, "azure")
    with proxied(provider.port, rules=(rule,)) as proxy:
        began, lines = time.monotonic(), [ask(proxy, provider, streams) for _ in range(6)]
        for line in lines:
            line.read_until(END)
            assert b"".join(body(line)) == b"".join(events(3))
        # Of 42 segments at a half at least one is lost, but for 1 in 4e12.
        assert time.monotonic() - began >= 0.2
        hops = {touch.hop: touch.action for touch in proxy.touches()}
        assert hops
        assert set(hops.values()) == {"delayed"}


def test_small_pieces_come_in_segments_of_their_own(provider: Provider) -> None:
    rule = always("it", {"slicer": {"average_size": 7, "delay_us": 2000}}, "azure")
    with proxied(provider.port, rules=(rule,)) as proxy:
        line = ask(proxy, provider, streams)
        line.read_until(END)
        chunks, left = dechunk(line.received.partition(b"\r\n\r\n")[2])
        assert (b"".join(chunks), left) == (b"".join(events(3)), b"\r\n")
        assert max(map(len, chunks)) == 7
        # Behind a full congestion window a few may leave together.
        assert segments_in(line) >= len(b"".join(chunks)) // 14
        assert [touch.action for touch in proxy.touches()] == ["delayed"]


def test_when_faults_are_removed_the_rest_of_a_cut_event_comes(provider: Provider) -> None:
    rule = always("it", {"slicer": {"average_size": 100, "delay_us": 300_000}}, "azure")
    with proxied(provider.port, rules=(rule,)) as proxy:
        line = ask(proxy, provider, streams)
        line.read_until(b"\r\n64\r\n")
        proxy.child.order(Disarm())
        line.read_until(END)
        assert b"".join(body(line)) == b"".join(events(3))
