"""Heads that are too long for their readers, over HTTP/1.1 and HTTP/2, as real ones tell of it."""

from collections.abc import Callable, Iterator
from contextlib import closing
from http.client import HTTPConnection, HTTPException
from typing import Any

import httpx2
import pytest
from h2.events import ResponseReceived
from h2.exceptions import DenialOfServiceError

from faults.library.header_bomb import FIELD
from providers.grpc import message_bytes
from tests.live.frames import Frames
from tests.live.proxied import Provider, Proxy, always, answers, proxied
from tests.live.said import OK, request

pytestmark = pytest.mark.live

SMALL: dict[str, object] = {"headers": 2, "size_bytes": 9}


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    with Provider() as provider:
        provider.expect(answers(OK))
        yield provider


@pytest.fixture(scope="module")
def proxy(provider: Provider) -> Iterator[Proxy]:
    rules = (
        always("bomb", {"header_bomb": {}}, "bomb"),
        always("small", {"header_bomb": SMALL}, "small"),
    )
    with proxied(provider.port, endpoints=("bomb", "small"), rules=rules) as proxy:
        yield proxy


def by_httpx(port: int) -> None:
    httpx2.post(f"http://127.0.0.1:{port}/v1/x", content=b"{}")


def by_http_client(port: int) -> None:
    with closing(HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
        connection.request("POST", "/v1/x", b"{}")
        connection.getresponse()


@pytest.mark.parametrize(
    ("ask", "error", "words"),
    [
        (by_httpx, httpx2.RemoteProtocolError, "Receive buffer too long"),
        (by_http_client, HTTPException, "got more than 100 headers"),
    ],
)
def test_a_client_reads_no_further(
    proxy: Proxy, ask: Callable[[int], None], error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        ask(proxy.ports["bomb"])


def test_one_that_bears_it_has_the_whole_answer(proxy: Proxy) -> None:
    answer = httpx2.post(f"http://127.0.0.1:{proxy.ports['small']}/v1/x", content=b"{}")
    assert answer.headers.get_list(FIELD) == ["x" * 9] * 2
    assert (answer.headers["x-one"], answer.content) == ("1, 2", b"ok")


def test_every_line_is_on_the_wire(proxy: Proxy) -> None:
    line = proxy.connect("bomb")
    line.send(request(b"{}"))
    head, _, body = line.read_until(b"\r\n\r\nok").partition(b"\r\n\r\n")
    assert head.count(b"\r\nX-Header-Bomb: " + b"x" * 4000) == 128
    assert body == b"ok"


@pytest.fixture
def over_http2(echo_port: int) -> Iterator[Frames]:
    rule = always("it", {"header_bomb": {}}, "azure")
    with proxied(echo_port, http2=True, rules=(rule,)) as proxy:
        line = Frames(proxy.ports["azure"])
        yield line
        line.close()


def test_over_http2_a_reader_with_the_usual_limit_gives_up_the_connection(
    over_http2: Frames,
) -> None:
    over_http2.call(message_bytes(b"one"))
    with pytest.raises(DenialOfServiceError):
        over_http2.read_until("trailers, end")


def test_over_http2_one_without_gets_every_field_and_the_whole_answer(over_http2: Frames) -> None:
    over_http2.h2.decoder.max_header_list_size = 1 << 20
    over_http2.call(message_bytes(b"one"))
    assert over_http2.read_until("trailers, end") == ["head", "data", "trailers, end"]
    (head,) = [event for event in over_http2.came if isinstance(event, ResponseReceived)]
    fields: Any = head.headers
    assert [value for name, value in fields if name == FIELD.lower()] == ["x" * 4000] * 128
    assert over_http2.body == message_bytes(b"one")
