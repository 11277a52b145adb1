"""How a request gets to the provider: over one connection per client, plain or TLS, or not."""

import contextlib
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

from tests.live.proxied import Line, Provider, Proxy, answers, ask, proxied
from tests.live.said import OK, PLAIN, request

pytestmark = pytest.mark.live


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    with Provider() as provider:
        yield provider


@pytest.fixture(scope="module")
def proxy(provider: Provider) -> Iterator[Proxy]:
    with proxied(provider.port) as proxy:
        yield proxy


def test_an_unreachable_provider_is_a_reset_and_never_an_answer() -> None:
    with proxied(1) as proxy:
        line = proxy.connect()
        line.send(request(b"x"))
        assert line.read_to_reset() == b""
        row = proxy.await_end(lambda row: row.hop == 0)
    assert (row.ending, row.asked_upstream) == ("upstream_unreachable", False)
    assert row.error is not None
    assert "refused" in row.error.lower()


def test_requests_share_their_clients_connection_to_the_provider(
    proxy: Proxy, provider: Provider
) -> None:
    def behave(line: Line) -> None:
        for number in range(1, 4):
            line.read_until(b"\r\n\r\n", number)
            line.send(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n%d" % number)

    provider.expect(behave)
    line = proxy.connect()
    for number in range(1, 4):
        line.send(request(method=b"GET"))
        line.read_until(b"\r\n\r\n%d" % number)
    assert len(provider.lines) == 1


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def secure(authority: trustme.CA) -> Iterator[tuple[Provider, list[str | None]]]:
    """A provider behind TLS, and the names it was asked for."""
    names: list[str | None] = []
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost").configure_cert(context)
    context.sni_callback = lambda _socket, name, _context: names.append(name)
    with Provider(context) as provider:
        yield provider, names


def ca_file(authority: trustme.CA, folder: Path) -> str:
    path = folder / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    return str(path)


def test_a_provider_behind_tls_is_asked_by_its_own_name(
    secure: tuple[Provider, list[str | None]], authority: trustme.CA, tmp_path: Path
) -> None:
    provider, names = secure
    upstream = f"https://localhost:{provider.port}"
    body = bytes(range(256)) * 2_000
    answer = PLAIN + b"Content-Length: %d\r\n\r\n" % len(body) + body
    with proxied(0, upstream=upstream, ca_file=ca_file(authority, tmp_path)) as proxy:
        line = ask(proxy, provider, answers(answer))
        assert line.read_to_end() == answer
    assert names == ["localhost"]
    assert b"\r\nHost: localhost:%d\r\n" % provider.port in provider.lines[0].received


def test_a_provider_that_cannot_prove_who_it_is_is_not_asked(
    secure: tuple[Provider, list[str | None]], tmp_path: Path
) -> None:
    provider, _ = secure
    upstream = f"https://localhost:{provider.port}"
    with proxied(0, upstream=upstream, ca_file=ca_file(trustme.CA(), tmp_path)) as proxy:
        line = ask(proxy, provider, answers(OK))
        assert line.read_to_reset() == b""
        row = proxy.await_end(lambda row: row.hop == 0)
    assert row.ending == "upstream_unreachable"
    assert row.error is not None
    assert "certificate" in row.error.lower()


def test_a_client_that_hangs_up_is_seen_behind_tls_too(
    secure: tuple[Provider, list[str | None]], authority: trustme.CA, tmp_path: Path
) -> None:
    provider, _ = secure
    asked = threading.Event()

    def behave(line: Line) -> None:
        line.read_until(b"\r\n\r\n")
        asked.set()
        with contextlib.suppress(OSError):
            line.read_to_end()

    upstream = f"https://localhost:{provider.port}"
    with proxied(0, upstream=upstream, ca_file=ca_file(authority, tmp_path)) as proxy:
        line = ask(proxy, provider, behave)
        assert asked.wait(5)
        line.close()
        provider.await_end()
        assert proxy.await_end(lambda row: row.hop == 0).ending == "client_gone"
