import pytest

from providers.dialect import HttpRequest, MalformedAnswerError
from providers.http1 import (
    LAST_CHUNK,
    AnswerReader,
    MalformedRequestError,
    RequestReader,
    answer_head,
    chunk,
    request_bytes,
)

POST = HttpRequest(method="POST", target="/x?y=1", headers=(("A", "1"),), body=b"body")


def read(data: bytes, step: int = 1) -> AnswerReader:
    reader = AnswerReader()
    for start in range(0, len(data), step):
        reader.feed(data[start : start + step])
    return reader


def test_what_is_due_is_added_to_a_request() -> None:
    assert request_bytes(POST, "h:1", [("B", "2")]) == (
        b"POST /x?y=1 HTTP/1.1\r\nHost: h:1\r\nConnection: keep-alive\r\nContent-Length: 4\r\n"
        b"A: 1\r\nB: 2\r\n\r\nbody"
    )


def test_what_a_request_brings_is_not_added_again() -> None:
    own = HttpRequest(method="GET", target="/", headers=(("host", "own"),))
    written = request_bytes(own, "other", [("connection", "close")])
    assert written == b"GET / HTTP/1.1\r\nhost: own\r\nconnection: close\r\n\r\n"


def test_a_post_without_a_body_says_so() -> None:
    empty = HttpRequest(method="POST", target="/", headers=())
    assert b"Content-Length: 0\r\n" in request_bytes(empty, "h")


def test_a_head_frames_its_body_by_length_or_in_chunks() -> None:
    sized = answer_head(429, [("X", "1")], content_length=3)
    assert sized == b"HTTP/1.1 429 Too Many Requests\r\nX: 1\r\nContent-Length: 3\r\n\r\n"
    assert b"Transfer-Encoding: chunked\r\n\r\n" in answer_head(200, [], content_length=None)


def test_no_data_is_no_chunk() -> None:
    assert chunk(b"") == b""
    assert chunk(b"x" * 17) == b"11\r\n" + b"x" * 17 + b"\r\n"


@pytest.mark.parametrize("step", [1, 7, 1000])
def test_a_chunked_answer_is_read_whole(step: int) -> None:
    head = answer_head(200, [("X-Case", "Kept Value")], content_length=None)
    reader = read(head + chunk(b"one ") + chunk(b"two") + LAST_CHUNK, step)
    assert (reader.status, reader.headers["x-case"]) == (200, "Kept Value")
    assert reader.complete
    assert reader.keep_alive
    assert reader.take_body() == b"one two"
    assert reader.take_body() == b""


def test_the_head_is_there_before_the_body() -> None:
    reader = read(answer_head(200, [], content_length=5))
    assert reader.head_complete
    assert not reader.complete


def test_interim_answers_are_passed_over() -> None:
    interim = b"HTTP/1.1 100 Continue\r\nX: 1\r\n\r\n"
    reader = read(interim + answer_head(201, [], content_length=2) + b"ok")
    assert (reader.status, reader.complete, reader.take_body()) == (201, True, b"ok")
    assert "x" not in reader.headers


def test_eof_before_the_promised_end_is_a_cut() -> None:
    for framing in (5, None):
        reader = read(answer_head(200, [], content_length=framing))
        reader.feed_eof()
        assert not reader.complete


def test_eof_ends_an_answer_that_promised_no_end() -> None:
    reader = read(b"HTTP/1.1 200 OK\r\n\r\nall of it")
    complete_before = reader.complete
    reader.feed_eof()
    assert (complete_before, reader.complete) == (False, True)
    assert not reader.keep_alive
    assert reader.take_body() == b"all of it"


def test_eof_before_any_byte_is_no_answer() -> None:
    reader = AnswerReader()
    reader.feed_eof()
    assert (reader.status, reader.complete) == (None, False)


def test_a_connection_that_is_to_close_is_not_kept() -> None:
    assert not read(answer_head(200, [("Connection", "close")], content_length=0)).keep_alive


@pytest.mark.parametrize("surplus", [b"rubbish", answer_head(500, [("X", "2")], content_length=1)])
@pytest.mark.parametrize("step", [1, 1000])
def test_bytes_after_the_end_change_nothing_but_the_connection(surplus: bytes, step: int) -> None:
    reader = read(answer_head(200, [("X", "1")], content_length=2) + b"ok" + surplus, step)
    assert (reader.status, reader.headers["x"], reader.take_body()) == (200, "1", b"ok")
    assert not reader.keep_alive


def fed(data: bytes, step: int) -> AnswerReader:
    reader = AnswerReader()
    for at in range(0, len(data), step):
        reader.feed(data[at : at + step])
    return reader


@pytest.mark.parametrize("step", [1000, 65_536])
def test_a_head_that_the_official_sdks_would_not_bear_is_refused(step: int) -> None:
    line = b"x-pad: %b\r\n" % (b"a" * 1000)
    borne, too_much = (
        b"HTTP/1.1 200 OK\r\n%bcontent-length: 0\r\n\r\n" % (line * lines) for lines in (100, 103)
    )
    assert fed(borne, step).complete
    with pytest.raises(MalformedAnswerError, match="a head of more than 100 KiB"):
        fed(too_much, step)


def test_repeated_headers_are_joined() -> None:
    reader = read(b"HTTP/1.1 200 OK\r\nA: 1\r\na: 2\r\ncontent-length: 0\r\n\r\n")
    assert reader.headers["a"] == "1, 2"


@pytest.mark.parametrize(
    "data",
    [
        b"SSH-2.0-OpenSSH\r\n",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nnot a size\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n",
    ],
)
def test_bytes_that_are_no_answer_are_refused(data: bytes) -> None:
    with pytest.raises(MalformedAnswerError):
        read(data)


@pytest.mark.parametrize("step", [1, 9, 1000])
def test_requests_are_read_back_as_written(step: int) -> None:
    data = request_bytes(POST, "h") * 2
    reader = RequestReader()
    whole = [
        each
        for start in range(0, len(data), step)
        for each in reader.feed(data[start : start + step])
    ]
    assert [each.keep_alive for each in whole] == [True, True]
    for each in whole:
        assert (each.request.method, each.request.target) == ("POST", "/x?y=1")
        assert each.request.body == b"body"
        assert ("A", "1") in each.request.headers


def test_a_client_that_waits_for_a_100_is_noticed() -> None:
    reader = RequestReader()
    data = request_bytes(POST, "h", [("Expect", "100-continue")])
    assert reader.feed(data[:-4]) == []
    assert reader.continue_due
    assert len(reader.feed(data[-4:])) == 1
    assert not reader.continue_due


def test_the_last_request_of_a_connection_says_so() -> None:
    reader = RequestReader()
    last = request_bytes(POST, "h", [("connection", "close")])
    (read_request,) = reader.feed(last + b"surplus")
    assert not read_request.keep_alive
    assert reader.feed(last) == []


@pytest.mark.parametrize(
    "data", [b"\x16\x03\x01", b"GET / HTTP/1.1\r\nconnection: upgrade\r\nupgrade: h2c\r\n\r\n"]
)
def test_bytes_that_are_no_request_are_refused(data: bytes) -> None:
    with pytest.raises(MalformedRequestError):
        RequestReader().feed(data)
