"""TLS towards clients: what passes, how it ends, and what a client meets when handshakes fail."""

import contextlib
import http.client
import socket
import ssl
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

from faults.config import Tls
from faults.tcp import CLOSED
from telemetry.clock import now_ns
from tests.live.proxied import (
    ERROR,
    STALL,
    Line,
    Provider,
    Proxy,
    always,
    proxied,
    streams,
    wait_until,
    window,
)
from tests.live.said import END, request

pytestmark = pytest.mark.live


@pytest.fixture(autouse=True)
def _own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))


@pytest.fixture
def provider() -> Iterator[Provider]:
    with Provider() as provider:
        provider.expect(streams)
        yield provider


def trusting(tmp_path: Path) -> ssl.SSLContext:
    """Return what a client of ours trusts: the authority that the injector made, and no other."""
    return ssl.create_default_context(cafile=tmp_path / "data" / "crosswind" / "ca" / "ca.pem")


def secure(proxy: Proxy, context: ssl.SSLContext, name: str = "localhost") -> Line:
    sock = socket.create_connection(("127.0.0.1", proxy.ports["azure"]), 10)
    line = Line(context.wrap_socket(sock, server_hostname=name))
    proxy.lines.append(line)
    return line


def reset_after(line: Line) -> bytes:
    """Read up to the RST, which Python's TLS calls an end like any other; fails on a FIN."""
    with contextlib.suppress(ConnectionResetError):
        line.read_to_end()
    assert line.sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0] == CLOSED
    return line.received


def test_an_answer_passes_over_tls_whole_and_the_connection_is_kept(
    provider: Provider, tmp_path: Path
) -> None:
    with proxied(provider.port, tls=Tls()) as proxy:
        line = secure(proxy, trusting(tmp_path))
        for count in (1, 2):
            line.send(request(b"{}"))
            line.read_until(END, count)
        assert line.received.count(b"HTTP/1.1 200 OK") == 2
        end = proxy.await_end(lambda row: row.ending == "complete")
        line.close()
    assert (end.mode, end.status) == ("relay", 200)


def test_what_a_client_of_the_standard_library_asks_is_answered(
    provider: Provider, tmp_path: Path
) -> None:
    with proxied(provider.port, tls=Tls(names=("gw.example",))) as proxy:
        port, context = proxy.ports["azure"], trusting(tmp_path)
        client = http.client.HTTPSConnection("127.0.0.1", port, timeout=10, context=context)
        client.request("POST", "/", b"{}")
        assert client.getresponse().status == 200
        client.close()
        secure(proxy, context, "gw.example").close()
        with pytest.raises(ssl.SSLCertVerificationError, match="Hostname mismatch"):
            secure(proxy, context, "another.example")


def test_the_authority_is_the_one_that_the_configuration_names(
    provider: Provider, tmp_path: Path
) -> None:
    with proxied(provider.port, tls=Tls(ca_folder=str(tmp_path / "mine"))) as proxy:
        context = ssl.create_default_context(cafile=tmp_path / "mine" / "ca.pem")
        secure(proxy, context).close()
    assert not (tmp_path / "data").exists()


def test_tls_on_both_sides_asks_for_the_upstreams_name(tmp_path: Path) -> None:
    authority = trustme.CA()
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(server)
    authority.cert_pem.write_to_path(str(tmp_path / "theirs.pem"))
    asked: list[str | None] = []
    server.sni_callback = lambda _, name, __: asked.append(name)
    with Provider(server) as provider:
        provider.expect(streams)
        there = f"https://localhost:{provider.port}"
        theirs = str(tmp_path / "theirs.pem")
        with proxied(0, upstream=there, ca_file=theirs, tls=Tls()) as proxy:
            line = secure(proxy, trusting(tmp_path))
            line.send(request(b"{}"))
            line.read_until(END)
            line.close()
    assert asked == ["localhost"]


def test_an_upstream_that_is_not_to_be_trusted_is_never_asked(tmp_path: Path) -> None:
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("localhost").configure_cert(server)
    with Provider(server) as provider:
        provider.expect(streams)
        with proxied(0, upstream=f"https://localhost:{provider.port}", tls=Tls()) as proxy:
            line = secure(proxy, trusting(tmp_path))
            line.send(request(b"{}"))
            assert reset_after(line) == b""
            end = proxy.await_end(lambda row: row.ending == "upstream_unreachable")
        assert "CERTIFICATE_VERIFY_FAILED" in (end.error or "")
        assert not provider.lines


def test_scripts_play_over_tls_as_in_clear(provider: Provider, tmp_path: Path) -> None:
    with proxied(provider.port, tls=Tls(), rules=(always("down", ERROR, "azure"),)) as proxy:
        line = secure(proxy, trusting(tmp_path))
        line.send(request(b"{}"))
        assert line.read_until(b"\r\n\r\n").startswith(b"HTTP/1.1 503 ")
        assert [row.action for row in proxy.touches()] == ["answered"]


def test_a_reset_is_a_reset_over_tls_too(provider: Provider, tmp_path: Path) -> None:
    cut: dict[str, dict[str, object]] = {"stream_reset": {"after_tokens": 1}}
    with proxied(provider.port, tls=Tls(), rules=(always("cut", cut, "azure"),)) as proxy:
        line = secure(proxy, trusting(tmp_path))
        line.send(request(b"{}"))
        assert b"HTTP/1.1 200 OK" in reset_after(line)


def test_a_client_that_leaves_is_seen_at_once(provider: Provider, tmp_path: Path) -> None:
    with proxied(provider.port, tls=Tls(), rules=(always("stall", STALL, "azure"),)) as proxy:
        line = secure(proxy, trusting(tmp_path))
        line.send(request(b"{}"))
        wait_until(proxy.touches)
        line.close()
        proxy.await_end(lambda row: row.ending == "client_gone")


MET = {
    "handshake_abort": (ConnectionResetError, "reset by peer"),
    "expired_cert": (ssl.SSLCertVerificationError, "certificate has expired"),
    "wrong_host": (ssl.SSLCertVerificationError, "Hostname mismatch"),
    "alert": (ssl.SSLError, "(?i)handshake.failure"),
}


@pytest.mark.parametrize("kind", MET)
def test_a_handshake_fails_as_it_was_told_and_no_standing_connection_does(
    provider: Provider, tmp_path: Path, kind: str
) -> None:
    inject: dict[str, dict[str, object]] = {"tls_failure": {"kind": kind}}
    error, words = MET[kind]
    with proxied(provider.port, tls=Tls(), rules=(window("cert", inject, 2.0, 4.0),)) as proxy:
        context = trusting(tmp_path)
        old = secure(proxy, context)
        wait_until(lambda: proxy.events("listener_closed"))
        with pytest.raises(error, match=words):
            secure(proxy, context)
        old.send(request(b"{}"))
        old.read_until(END)
        wait_until(lambda: proxy.events("listener_opened"))
        secure(proxy, context).close()
        (shut,) = proxy.events("listener_closed")
        (open_again,) = proxy.events("listener_opened")
        old.close()
    assert shut.facts == open_again.facts == {"fault": "cert"}
    assert shut.at_ns < open_again.at_ns <= now_ns()


def test_who_speaks_no_tls_gets_no_answer_and_leaves_nothing_behind(
    provider: Provider, tmp_path: Path
) -> None:
    with proxied(provider.port, tls=Tls()) as proxy:
        plain = proxy.connect()
        plain.send(request(b"{}"))
        with contextlib.suppress(ConnectionResetError):
            assert b"HTTP" not in plain.read_to_end()
        secure(proxy, trusting(tmp_path)).close()
        silent = proxy.connect()
        time.sleep(0.05)
    assert silent.sock.fileno() == -1
