"""Peers that speak HTTP/2 badly: the proxy answers or closes, goes on, and keeps nothing."""

import contextlib
import random
import socket
from pathlib import Path

import pytest
from h2.config import H2Configuration
from h2.connection import H2Connection

from providers.grpc import message_bytes
from tests.live.echoing import Client, echo
from tests.live.frames import CALL, Frames
from tests.live.proxied import Line, Provider, Proxy, always, proxied, wait_until

pytestmark = [pytest.mark.live, pytest.mark.usefixtures("own_runtime_folder")]


def spoken() -> bytes:
    """Return what an honest client says for two calls."""
    h2 = H2Connection(H2Configuration(client_side=True, header_encoding="utf-8"))
    h2.initiate_connection()
    for _ in range(2):
        stream = h2.get_next_available_stream_id()
        h2.send_headers(stream, CALL)
        h2.send_data(stream, message_bytes(b"one"), end_stream=True)
    return h2.data_to_send()


def broken(dice: random.Random, honest: bytes) -> bytes:
    """Return it with bytes changed, cut out or added behind the preface."""
    said = bytearray(honest)
    for _ in range(dice.randint(1, 6)):
        at = dice.randrange(24, len(said))
        match dice.randrange(3):
            case 0:
                said[at] = dice.randrange(256)
            case 1:
                del said[at : at + dice.randint(1, 9)]
            case _:
                said[at:at] = dice.randbytes(dice.randint(1, 9))
    return bytes(said)


def say(proxy: Proxy, data: bytes) -> None:
    """Say it on a connection of its own, and leave."""
    with (
        socket.create_connection(("127.0.0.1", proxy.ports["azure"]), 10) as sock,
        contextlib.suppress(OSError),
    ):
        sock.sendall(data)
        sock.settimeout(0.005)
        sock.recv(65_536)


def open_files(proxy: Proxy) -> int:
    return len(list(Path(f"/proc/{proxy.child.pid}/fd").iterdir()))


def test_broken_frames_harm_nobody_else_and_leave_no_connection() -> None:
    dice, honest = random.Random(1), spoken()
    rule = always("it", {"latency": {"delay_s": 0.01}}, "azure")
    # What the injector says on its standard error fails the test.
    with echo() as (_, port), proxied(port, http2=True, rules=(rule,)) as proxy:
        client = Client(proxy.ports["azure"])
        assert client.once(b"before", timeout=10) == b"before"
        before = open_files(proxy)
        for _ in range(300):
            say(proxy, broken(dice, honest))
        wait_until(lambda: open_files(proxy) <= before)
        assert client.once(b"after", timeout=10) == b"after"
        client.channel.close()


def test_streams_opened_and_reset_at_once_leave_none_behind() -> None:
    with echo() as (_, port), proxied(port, http2=True) as proxy:
        line = Frames(proxy.ports["azure"])
        for _ in range(500):
            stream = line.call(message_bytes(b"x"))
            line.h2.reset_stream(stream)
            line.flush()
        line.call(message_bytes(b"last"))
        assert "trailers, end" in line.read_until("trailers, end")
        line.close()
        wait_until(
            lambda: len([r for r in proxy.rows() if r.__class__.__name__ == "HopEnded"]) == 501
        )


def answers_in_http1(line: Line) -> None:
    line.read()
    line.send(b"HTTP/1.1 400 Bad Request\r\n\r\n")


def test_an_upstream_that_speaks_no_http2_is_no_upstream() -> None:
    with Provider() as provider, proxied(provider.port, http2=True) as proxy:
        provider.expect(answers_in_http1)
        client = Client(proxy.ports["azure"])
        assert client.refused(timeout_s=5).code().name == "UNAVAILABLE"
        client.channel.close()
        assert proxy.await_end(lambda row: row.ending == "reset")
