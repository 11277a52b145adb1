import http.client
import io

from faults.answer_writer import AnswerWriter
from faults.steps import Head

RAW = (
    b"HTTP/1.1 200 Fine\r\nA: 1\r\nTransfer-Encoding: chunked\r\na: 2\r\nKeep-Alive: x\r\n"
    b"Content-Encoding: gzip\r\n\r\n"
)


class _Socket:
    """What http.client, a parser that is not ours, reads from."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def makefile(self, *_: object) -> io.BytesIO:
        return io.BytesIO(self._data)


def read(data: bytes, method: str = "GET") -> tuple[http.client.HTTPResponse, bytes]:
    response = http.client.HTTPResponse(_Socket(data), method=method)  # type: ignore[arg-type]
    response.begin()
    return response, response.read()


def writer(*, old: bool = False, bodiless: bool = False, last: bool = False) -> AnswerWriter:
    return AnswerWriter(old=old, bodiless=bodiless, last=last)


def test_a_refusal_in_one_breath_gets_a_length() -> None:
    told = writer()
    told.head(Head(status=503, headers=(("Retry-After", "7"),)))
    told.event(b"no")
    told.end([])
    data = told.take()
    assert data.startswith(b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 7\r\n")
    response, body = read(data)
    assert (response.getheader("content-length"), body) == ("2", b"no")


def test_a_stream_gets_one_chunk_per_event_and_keeps_head_bytes_and_trailers() -> None:
    told = writer()
    told.head(Head(status=200, raw=RAW))
    told.event(b"data: 1\n\n")
    told.event(b"data: 2\n\n")
    told.end([b"X-T: 1"])
    assert told.take() == (
        b"HTTP/1.1 200 Fine\r\nA: 1\r\na: 2\r\nContent-Encoding: gzip\r\n"
        b"Transfer-Encoding: chunked\r\n\r\n"
        b"9\r\ndata: 1\n\n\r\n9\r\ndata: 2\n\n\r\n0\r\nX-T: 1\r\n\r\n"
    )


def test_what_is_taken_in_between_is_what_was_said_since() -> None:
    told = writer()
    told.head(Head(status=200, raw=RAW))
    assert told.take().endswith(b"\r\n\r\n")
    told.event(b"x")
    assert told.take() == b"1\r\nx\r\n"
    told.end([])
    assert told.take() == b"0\r\n\r\n"
    assert told.take() == b""


def test_a_decoded_body_is_not_called_encoded() -> None:
    told = writer()
    told.decoded = True
    told.head(Head(status=200, raw=RAW))
    assert b"Content-Encoding" not in told.take()


def test_a_providers_own_length_is_kept_when_it_is_still_true() -> None:
    told = writer()
    told.head(Head(status=200, raw=b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n"))
    told.event(b"abcd")
    told.end([])
    response, body = read(told.take())
    assert (response.getheader("content-length"), body) == ("4", b"abcd")


def test_an_old_client_gets_the_bare_body() -> None:
    told = writer(old=True, last=True)
    told.head(Head(status=200, raw=RAW))
    told.event(b"x")
    assert told.take().endswith(b"\r\nConnection: close\r\n\r\nx")
    told.end([])
    assert told.take() == b""


def test_an_answer_without_a_body_keeps_its_length_and_gets_none() -> None:
    told = writer(bodiless=True)
    told.head(Head(status=200, raw=b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n"))
    told.event(b"abc")
    told.end([])
    assert told.take() == b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n"


def test_a_204_has_no_framing() -> None:
    told = writer()
    told.head(Head(status=204))
    told.end([])
    assert told.take() == b"HTTP/1.1 204 No Content\r\n\r\n"


def test_the_last_answer_says_so_once() -> None:
    told = writer(last=True)
    told.head(Head(status=200, headers=(("Connection", "keep-alive"),)))
    told.end([])
    response, _ = read(told.take())
    assert response.headers.get_all("connection") == ["close"]


def test_a_provider_that_closes_makes_it_the_last() -> None:
    told = writer()
    told.head(Head(status=200, raw=b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"))
    assert told.last
