"""The page's server over real sockets: whom it answers, with what headers, and how it ends."""

import http.client
import json
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from experiments.reading.problems import UsageError
from experiments.view.opened import Opened, open_run
from experiments.view.server import MOST_CONNECTIONS, ViewServer, serving
from tests.live.viewed import made_up

pytestmark = [pytest.mark.live, pytest.mark.timeout(30)]


@pytest.fixture(name="opened", scope="module")
def opened_run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:
    found = open_run(made_up(tmp_path_factory.mktemp("viewed")), lambda _words: None)
    yield found
    found.shelf.close()


@pytest.fixture(name="server")
def server_of(opened: Opened) -> Iterator[ViewServer]:
    with serving(opened) as server:
        yield server


def ask(
    server: ViewServer, path: str, *, host: str = "", method: str = "GET"
) -> tuple[http.client.HTTPResponse, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=10)
    connection.request(method, path, headers={"Host": host} if host else {})
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer, body


def test_it_listens_on_loopback_alone(server: ViewServer) -> None:
    assert server.socket.getsockname()[0] == "127.0.0.1"
    assert server.url == f"http://127.0.0.1:{server.server_port}/"


def test_every_answer_keeps_the_page_to_itself(server: ViewServer) -> None:
    for path in ("/", "/main.js", "/api/exchanges", "/nothing"):
        answer, _ = ask(server, path)
        assert "default-src 'none'" in (answer.getheader("Content-Security-Policy") or "")
        assert answer.getheader("X-Content-Type-Options") == "nosniff"
        assert answer.getheader("Cross-Origin-Resource-Policy") == "same-origin"
        assert answer.getheader("Access-Control-Allow-Origin") is None


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1", "127.0.0.1:1"])
def test_another_name_for_it_is_refused(server: ViewServer, host: str) -> None:
    answer, body = ask(server, "/api/exchanges", host=host)
    assert answer.status == 421
    assert "trace" not in body.decode()


def test_localhost_is_a_name_of_it(server: ViewServer) -> None:
    answer, _ = ask(server, "/", host=f"localhost:{server.server_port}")
    assert answer.status == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_nothing_can_be_changed(server: ViewServer, method: str) -> None:
    answer, _ = ask(server, "/", method=method)
    assert answer.status == 501


def test_a_head_has_no_body(server: ViewServer) -> None:
    answer, body = ask(server, "/", method="HEAD")
    assert (answer.status, body) == (200, b"")
    assert int(answer.getheader("Content-Length") or 0) > 1000


def test_many_ask_at_once(server: ViewServer) -> None:
    connections = [
        http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=10) for _ in range(12)
    ]
    for number, connection in enumerate(connections):
        connection.request("GET", f"/api/exchange?x={number}")
    for number, connection in enumerate(connections):
        assert json.loads(connection.getresponse().read())["exchange"] == number
        connection.close()


def test_more_connections_than_it_takes_are_closed(server: ViewServer) -> None:
    held = []
    for _ in range(MOST_CONNECTIONS):
        one = socket.create_connection(("127.0.0.1", server.server_port), 10)
        one.sendall(f"HEAD / HTTP/1.1\r\nHost: {server.url[7:-1]}\r\n\r\n".encode())
        assert one.recv(100)
        held.append(one)
    with socket.create_connection(("127.0.0.1", server.server_port), 10) as one_more:
        assert one_more.recv(100) == b""
    for one in held:
        one.close()


def test_it_ends_although_somebody_holds_a_connection(opened: Opened) -> None:
    with serving(opened) as server:
        held = socket.create_connection(("127.0.0.1", server.server_port), 10)
        held.sendall(f"HEAD / HTTP/1.1\r\nHost: {server.url[7:-1]}\r\n\r\n".encode())
        assert held.recv(4096)
    held.settimeout(5)
    assert held.recv(4096) == b""
    held.close()


def test_a_port_that_is_taken_is_wrong_usage(opened: Opened, server: ViewServer) -> None:
    with (
        pytest.raises(UsageError, match=f"--port {server.server_port}"),
        serving(opened, server.server_port),
    ):
        pass


def test_a_crash_is_told_and_the_next_is_served(
    server: ViewServer, opened: Opened, capsys: pytest.CaptureFixture[str]
) -> None:
    opened.by_number[-5] = "no exchange"  # type: ignore[assignment]
    opened.by_trace["broken"] = -5
    answer, body = ask(server, "/api/exchange?x=broken")
    assert answer.status == 500
    assert "crashed" in json.loads(body)["error"]
    assert "crashed over /api/exchange" in capsys.readouterr().err
    assert ask(server, "/")[0].status == 200
    del opened.by_number[-5], opened.by_trace["broken"]


def test_no_file_of_the_machine_is_reached(server: ViewServer, tmp_path: Path) -> None:
    (tmp_path / "secret.js").write_text("secret")
    for path in (f"/{tmp_path}/secret.js", "/..//../cli.py", "//etc/passwd", "/static/main.js"):
        assert ask(server, path)[0].status == 404
