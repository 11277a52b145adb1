"""Plain proxies: bytes both ways with their endings, and Toxiproxy's seven on their way."""

import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.live.rehearsals import wait_for
from tests.live.serving import Echo, Serving, connected, said_back

pytestmark = pytest.mark.live

TEXT = bytes(range(256)) * 40


@pytest.fixture
def echo() -> Iterator[Echo]:
    with Echo() as echo:
        yield echo


@pytest.fixture
def serving(tmp_path: Path) -> Iterator[Serving]:
    with Serving(tmp_path) as serving:
        yield serving


@pytest.fixture
def port(serving: Serving, echo: Echo) -> int:
    made = serving.ask("POST", "/proxies", {"name": "a", "upstream": echo.address})
    return int(made.json["listen"].rpartition(":")[2])


def toxic(serving: Serving, kind: str, stream: str = "downstream", **attributes: int) -> None:
    body = {"type": kind, "stream": stream, "attributes": attributes}
    assert serving.ask("POST", "/proxies/a/toxics", body).status == 200


def remove(serving: Serving, name: str) -> None:
    assert serving.ask("DELETE", f"/proxies/a/toxics/{name}").status == 204


def touched(serving: Serving) -> dict[str, int]:
    found: dict[str, int] = serving.ask("GET", "/v1/attestation").json["touched"]
    return found


def test_bytes_pass_both_ways_with_half_a_close(port: int) -> None:
    assert said_back(port, TEXT * 100) == TEXT * 100


def test_a_server_that_speaks_first_is_heard(serving: Serving) -> None:
    with Echo(greeting=b"220 hello") as polite:
        made = serving.ask("POST", "/proxies", {"name": "p", "upstream": polite.address}).json
        with connected(int(made["listen"].rpartition(":")[2])) as line:
            assert line.recv(100) == b"220 hello"
        body = {"type": "limit_data", "attributes": {"bytes": 3}}
        serving.ask("POST", "/proxies/p/toxics", body)
        port = int(made["listen"].rpartition(":")[2])
        assert [said_back(port, b"") for _ in range(20)] == [b"220"] * 20


def test_an_upstream_that_is_not_there_is_a_reset(serving: Serving) -> None:
    with Echo() as gone:
        pass
    made = serving.ask("POST", "/proxies", {"name": "p", "upstream": gone.address}).json
    with pytest.raises(ConnectionResetError):
        said_back(int(made["listen"].rpartition(":")[2]))


def test_latency_delays_and_loses_nothing(serving: Serving, port: int) -> None:
    toxic(serving, "latency", latency=150, jitter=10)
    toxic(serving, "latency", "upstream", latency=100)
    before = time.monotonic()
    assert said_back(port, TEXT) == TEXT
    assert time.monotonic() - before >= 0.24
    assert touched(serving) == {"a/latency_downstream": 1, "a/latency_upstream": 1}


def test_bandwidth_is_kept_to(serving: Serving, port: int) -> None:
    toxic(serving, "bandwidth", rate=50)
    before = time.monotonic()
    assert said_back(port, TEXT) == TEXT
    assert time.monotonic() - before >= len(TEXT) / 50_000


def test_slicer_cuts_into_pieces(serving: Serving, port: int) -> None:
    toxic(serving, "slicer", average_size=64, size_variation=8, delay=2000)
    pieces: list[bytes] = []
    with connected(port) as line:
        line.sendall(bytes(1000))
        while sum(map(len, pieces)) < 1000:
            pieces.append(line.recv(65_536))
    assert len(pieces) >= 5
    assert sum(map(len, pieces)) == 1000


def test_limit_data_closes_after_so_many_bytes(serving: Serving, port: int) -> None:
    toxic(serving, "limit_data", bytes=100)
    with connected(port) as line:
        line.sendall(TEXT)
        heard = b""
        while piece := line.recv(1000):
            heard += piece
    assert heard == TEXT[:100]


def test_slow_close_delays_the_end_alone(serving: Serving, port: int) -> None:
    toxic(serving, "slow_close", delay=300)
    with connected(port) as line:
        line.sendall(b"x")
        assert line.recv(10) == b"x"
        line.shutdown(socket.SHUT_WR)
        before = time.monotonic()
        assert line.recv(10) == b""
    assert time.monotonic() - before >= 0.29


def test_timeout_drops_everything_and_closes(serving: Serving, port: int, echo: Echo) -> None:
    toxic(serving, "timeout", "upstream", timeout=200)
    assert said_back(port) == b""
    assert echo.heard == 0


def test_a_timeout_without_end_closes_when_it_is_removed(serving: Serving, port: int) -> None:
    toxic(serving, "timeout", timeout=0)
    with connected(port) as line:
        line.sendall(b"x")
        line.settimeout(0.3)
        with pytest.raises(TimeoutError):
            line.recv(10)
        line.settimeout(10)
        remove(serving, "timeout_downstream")
        assert line.recv(10) == b""
    assert said_back(port) == b"well?"


def test_reset_peer_is_a_reset_on_a_connection_that_was_open_already(
    serving: Serving, port: int
) -> None:
    with connected(port) as line:
        line.sendall(b"x")
        assert line.recv(10) == b"x"
        toxic(serving, "reset_peer", timeout=0)
        line.sendall(b"y")
        with pytest.raises(ConnectionResetError):
            line.recv(10)


def test_a_share_is_one_of_connections(serving: Serving, port: int) -> None:
    body = {"type": "limit_data", "toxicity": 0.5, "attributes": {"bytes": 0}}
    serving.ask("POST", "/proxies/a/toxics", body)
    first = [said_back(port) for _ in range(24)]
    assert 0 < first.count(b"") < 24
    assert touched(serving) == {"a/limit_data_downstream": first.count(b"")}


def test_what_a_toxic_held_is_sent_when_it_is_killed(serving: Serving, port: int) -> None:
    toxic(serving, "bandwidth", rate=0)
    with connected(port) as line:
        line.sendall(TEXT)
        line.settimeout(0.3)
        with pytest.raises(TimeoutError):
            line.recv(10)
        line.settimeout(10)
        assert serving.crosswind("kill").returncode == 0
        heard = b""
        while len(heard) < len(TEXT):
            heard += line.recv(65_536)
    assert heard == TEXT
    assert serving.ask("GET", "/proxies/a/toxics").json == []
    refused = serving.ask("POST", "/proxies/a/toxics", {"type": "latency"})
    assert refused.status == 503
    assert "crosswind kill --release" in refused.json["error"]
    assert serving.ask("POST", "/v1/release").json == {"released": True}
    toxic(serving, "latency", latency=1)


def test_a_proxy_that_is_not_enabled_refuses_and_closes(serving: Serving, port: int) -> None:
    with connected(port) as line:
        line.sendall(b"x")
        assert line.recv(10) == b"x"
        assert serving.ask("POST", "/proxies/a", {"enabled": False}).json["enabled"] is False
        assert line.recv(10) == b""
    with pytest.raises(ConnectionRefusedError):
        said_back(port)
    serving.ask("POST", "/reset")
    assert said_back(port) == b"well?"
    assert serving.ask("GET", "/proxies/a").json["enabled"] is True


def test_a_slow_reader_makes_the_sender_wait(serving: Serving, port: int, echo: Echo) -> None:
    toxic(serving, "bandwidth", "upstream", rate=0)
    with connected(port) as line:
        line.settimeout(0)
        sent = 0
        quiet_since = time.monotonic()
        while time.monotonic() - quiet_since < 0.5:
            try:
                sent += line.send(bytes(65_536))
                quiet_since = time.monotonic()
            except BlockingIOError:
                time.sleep(0.01)
        assert sent < 32_000_000
        line.settimeout(10)
        remove(serving, "bandwidth_upstream")
        wait_for(lambda: echo.heard == sent or None, 10)
