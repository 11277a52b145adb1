"""Faults of request and response that count, or break the framing, at the socket."""

from collections.abc import Iterator

import pytest

from tests.live.proxied import Proxy
from tests.live.two_clouds import DIALECTS, Call, Reference, broken

pytestmark = pytest.mark.live

FAULTS: dict[str, Reference] = {
    "quota": {"quota_exhausted": {"requests": 2, "window_s": 600}},
    "aged": {"auth_expired": {"after_n": 1}},
    "no-size": {"malformed_body": {"kind": "bad_chunk_size"}},
    "too-short": {"malformed_body": {"kind": "wrong_content_length"}},
    "page": {"server_error": {"status": 502, "html_body": True}},
    "burst": {"buffered_stream": {}},
}
EACH = pytest.mark.parametrize("cloud", DIALECTS)


@pytest.fixture(scope="module")
def proxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    with broken(tmp_path_factory.mktemp("broken"), FAULTS) as proxy:
        yield proxy


def statuses(proxy: Proxy, cloud: str, fault: str, times: int) -> list[int | None]:
    return [Call(proxy, cloud, fault).read().status for _ in range(times)]


@EACH
def test_a_quota_carries_so_many_and_refuses_the_rest(proxy: Proxy, cloud: str) -> None:
    assert statuses(proxy, cloud, "quota", 4) == [200, 200, 429, 429]


@EACH
def test_a_credential_expires_after_so_many(proxy: Proxy, cloud: str) -> None:
    assert statuses(proxy, cloud, "aged", 3) == [200, 401, 401]


@EACH
def test_a_chunk_without_a_size_is_on_the_wire_before_the_fin(proxy: Proxy, cloud: str) -> None:
    call = Call(proxy, cloud, "no-size")
    assert call.line.read_to_end().endswith(b"\r\n\r\nno-number\r\n")
    assert (call.hop().status, call.hop().ending) == (200, "fin")


@EACH
def test_less_comes_than_the_head_promises(proxy: Proxy, cloud: str) -> None:
    head, _, body = Call(proxy, cloud, "too-short").line.read_to_end().partition(b"\r\n\r\n")
    assert b"Content-Length: 10000000" in head
    assert b"data: " in body
    assert b"transfer-encoding" not in head.lower()


@EACH
def test_a_page_of_html_stands_where_json_is_expected(proxy: Proxy, cloud: str) -> None:
    reader = Call(proxy, cloud, "page").read()
    assert (reader.status, reader.take_body()[:6]) == (502, b"<html>")


@EACH
def test_a_stream_comes_in_one_chunk(proxy: Proxy, cloud: str) -> None:
    call = Call(proxy, cloud, "burst")
    assert len(call.events()) > 2
    assert call.hop().events_out == 1
