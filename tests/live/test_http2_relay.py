"""gRPC and HTTP/2 through the proxy, with nothing wrong: what comes is what would have come."""

import socket
import ssl
import time
from collections.abc import Iterator
from pathlib import Path

import grpc
import pytest
import trustme

from faults.config import Limits, Tls
from telemetry.rows import HopBegun, HopEnded
from tests.live.echoing import GONE, HUNG, Client, echo, slowly
from tests.live.proxied import ERROR, Provider, Proxy, always, proxied, streams, wait_until
from tests.live.said import END, request

pytestmark = pytest.mark.live


@pytest.fixture(autouse=True)
def _own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))


@pytest.fixture
def between() -> Iterator[tuple[Proxy, Client, grpc.Server]]:
    with echo() as (server, port), proxied(port, http2=True) as proxy:
        client = Client(proxy.ports["azure"])
        yield proxy, client, server
        client.channel.close()


Between = tuple[Proxy, Client, grpc.Server]


def test_every_kind_of_call_passes(between: Between) -> None:
    _, client, _ = between
    assert client.once(b"one", timeout=10) == b"one"
    assert client.streamed(b"5")[0] == [b"0", b"1", b"2", b"3", b"4"]
    assert client.collect(iter([b"ab", b"c"]), timeout=10) == b"3"
    assert list(client.both(slowly(b"a", b"b"), timeout=10)) == [b"hello", b"a", b"b"]


def test_each_call_is_on_record_once(between: Between) -> None:
    proxy, client, _ = between
    client.once(b"one", timeout=10)
    client.streamed(b"2")
    wait_until(lambda: len(ends(proxy)) == 2)
    begun = [row for row in proxy.rows() if isinstance(row, HopBegun)]
    assert len(begun) == 2
    assert {row.connection for row in begun} == {0}
    assert {(row.mode, row.ending, row.status, row.asked_upstream) for row in ends(proxy)} == {
        ("relay", "complete", 200, True)
    }


def ends(proxy: Proxy) -> list[HopEnded]:
    return [row for row in proxy.rows() if isinstance(row, HopEnded)]


def test_metadata_status_and_words_pass_both_ways(between: Between) -> None:
    _, client, _ = between
    _, call = client.once.with_call(b"metadata", timeout=10)
    assert ("x-first", "one") in call.initial_metadata()
    assert ("x-last-bin", b"\x00\xff") in call.trailing_metadata()
    error = client.refused(b"fail")
    assert error.code() is grpc.StatusCode.FAILED_PRECONDITION
    assert error.details() == "not ready, 100 % sure"


def test_messages_larger_than_every_window_pass_both_ways(between: Between) -> None:
    _, client, _ = between
    big = bytes(3_000_000)
    assert client.once(big, timeout=20) == big
    came, end = client.streamed(b"40x100000", 20)
    assert [len(one) for one in came] == [100_000] * 40
    assert end.code() is grpc.StatusCode.OK


def test_many_calls_at_once_share_one_connection(between: Between) -> None:
    proxy, client, _ = between
    calls = [client.once.future(str(n).encode(), timeout=20) for n in range(300)]
    assert [call.result() for call in calls] == [str(n).encode() for n in range(300)]
    wait_until(lambda: len(ends(proxy)) == 300)
    assert {row.connection for row in proxy.rows() if isinstance(row, HopBegun)} == {0}


def test_a_reader_that_does_not_read_holds_up_nobody_and_grows_nothing(between: Between) -> None:
    proxy, client, _ = between
    before = resident(proxy)
    slow = client.stream(b"400x100000", timeout=30)
    assert next(slow)
    assert client.once(b"quick", timeout=10) == b"quick"
    time.sleep(0.5)
    assert client.once(b"quick", timeout=10) == b"quick"
    assert resident(proxy) - before < 20_000_000, "40 MB wait at the provider, not here"
    assert 1 + sum(1 for _ in slow) == 400


def resident(proxy: Proxy) -> int:
    pages = Path(f"/proc/{proxy.child.pid}/statm").read_text().split()[1]
    return int(pages) * 4096


def test_a_client_that_gives_up_is_given_up_at_the_provider(between: Between) -> None:
    proxy, client, _ = between
    HUNG.clear()
    GONE.clear()
    call = client.hang.future(b"x")
    assert HUNG.wait(10)
    call.cancel()
    assert GONE.wait(10)
    assert proxy.await_end(lambda row: row.ending == "client_gone").asked_upstream


def test_a_client_whose_time_is_up_is_told_so(between: Between) -> None:
    _, client, _ = between
    with pytest.raises(grpc.RpcError) as error:
        client.hang(b"x", timeout=0.3)
    assert error.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED
    assert GONE.wait(10)


def test_a_server_that_drains_ends_no_call_that_it_has(between: Between) -> None:
    _, client, server = between
    call = client.both(slowly(*[b"a"] * 10), timeout=10)
    assert next(call) == b"hello"
    stopped = server.stop(10)
    assert list(call) == [b"a"] * 10
    assert stopped.wait(10)
    assert client.refused().code() is grpc.StatusCode.UNAVAILABLE


def test_a_service_that_is_not_there_is_unavailable() -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        with proxied(nobody.getsockname()[1], http2=True) as proxy:
            client = Client(proxy.ports["azure"])
            assert client.refused().code() is grpc.StatusCode.UNAVAILABLE
            client.channel.close()
            assert proxy.await_end(lambda row: row.ending == "upstream_unreachable")


def test_tls_on_both_sides_agrees_on_http2(tmp_path: Path) -> None:
    theirs = trustme.CA()
    leaf = theirs.issue_cert("localhost")
    chain = b"".join(pem.bytes() for pem in leaf.cert_chain_pems)
    theirs.cert_pem.write_to_path(str(tmp_path / "theirs.pem"))
    serving = grpc.ssl_server_credentials([(leaf.private_key_pem.bytes(), chain)])
    with (
        echo(serving) as (_, port),
        proxied(
            0,
            upstream=f"https://localhost:{port}",
            ca_file=str(tmp_path / "theirs.pem"),
            tls=Tls(),
            http2=True,
        ) as proxy,
    ):
        ours = (tmp_path / "data" / "crosswind" / "ca" / "ca.pem").read_bytes()
        client = Client(proxy.ports["azure"], grpc.ssl_channel_credentials(ours))
        assert client.once(b"one", timeout=10) == b"one"
        assert len(client.streamed(b"5")[0]) == 5
        client.channel.close()


def test_who_speaks_http1_at_the_same_port_is_served_too() -> None:
    with Provider() as provider, proxied(provider.port, http2=True, rules=()) as proxy:
        provider.expect(streams)
        line = proxy.connect()
        asked = request(b"{}")
        line.send(asked[:2])
        time.sleep(0.05)
        line.send(asked[2:])
        assert line.read_until(END).startswith(b"HTTP/1.1 200 OK")


def test_alpn_leaves_the_choice_to_the_client(tmp_path: Path) -> None:
    with Provider() as provider:
        provider.expect(streams)
        with proxied(provider.port, tls=Tls(), http2=True) as proxy:
            pem = tmp_path / "data" / "crosswind" / "ca" / "ca.pem"
            agreed = []
            for offered in (["h2"], ["http/1.1"], ["h2", "http/1.1"]):
                context = ssl.create_default_context(cafile=pem)
                context.set_alpn_protocols(offered)
                with (
                    socket.create_connection(("127.0.0.1", proxy.ports["azure"])) as sock,
                    context.wrap_socket(sock, server_hostname="localhost") as line,
                ):
                    agreed.append(line.selected_alpn_protocol())
    assert agreed == ["h2", "http/1.1", "h2"]


def test_garbage_behind_the_preface_ends_the_connection_and_nothing_else(between: Between) -> None:
    proxy, client, _ = between
    with socket.create_connection(("127.0.0.1", proxy.ports["azure"]), 10) as sock:
        sock.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\xff" * 64)
        while sock.recv(65_536):
            pass
    assert client.once(b"one", timeout=10) == b"one"


def test_where_limits_count_http2_does_not_pass_uncounted() -> None:
    with (
        echo() as (_, port),
        proxied(port, http2=True, limits=Limits(max_requests=10)) as proxy,
    ):
        client = Client(proxy.ports["azure"])
        assert client.refused(timeout_s=5).code() is grpc.StatusCode.UNAVAILABLE
        client.channel.close()
        assert proxy.await_end(lambda row: "limits cannot count" in (row.error or ""))


def test_a_listener_without_http2_passes_its_preface_unread() -> None:
    with Provider() as provider, proxied(provider.port, rules=(always("x", ERROR, "azure"),)) as p:
        line = p.connect()
        line.send(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
        line.close()
        assert p.await_end(lambda row: row.ending == "unparsed")
