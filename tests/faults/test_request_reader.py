import pytest

from faults.request_reader import SURPLUS_BYTES, RequestReader

LENGTH = b"POST /a HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello"
CHUNKED = (
    b"POST /b HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
    b'6\r\n\r\n\r\n\r\n\r\n3;e=""\r\nyou\r\n0\r\nX-T: 1\r\n\r\n'
)
BARE = b"GET /c HTTP/1.1\r\nHost: x\r\n\r\n"
WHOLE = [LENGTH, CHUNKED, BARE]


def fed(reader: RequestReader, data: bytes, size: int) -> bytes:
    """Feed in pieces up to the request's end; return what it took."""
    taken = b""
    for at in range(0, len(data), size):
        if reader.complete:
            break
        taken += reader.take(data[at : at + size])
    return taken


@pytest.mark.parametrize("size", [1, 2, 3, 5, 1000])
@pytest.mark.parametrize("whole", WHOLE, ids=["length", "chunked", "bare"])
def test_a_request_is_whole_at_its_last_byte_however_it_is_cut(whole: bytes, size: int) -> None:
    reader = RequestReader()
    assert fed(reader, whole[:-1], size) in {b"", whole[:-1]}
    complete = [reader.complete, reader.take(whole[-1:]) and reader.complete]
    assert complete == [False, True]
    assert reader.head == whole[: whole.index(b"\r\n\r\n") + 4]
    assert not reader.odd


@pytest.mark.parametrize("second", [*WHOLE, b"\x00garbage", b"GET /part"])
@pytest.mark.parametrize("first", WHOLE, ids=["length", "chunked", "bare"])
def test_of_two_requests_only_the_first_is_taken(first: bytes, second: bytes) -> None:
    for size in range(1, len(first + second) + 1):
        reader = RequestReader()
        assert fed(reader, first + second, size) == first
        assert reader.complete
        assert not reader.error


def test_after_a_request_comes_the_next() -> None:
    reader = RequestReader()
    for whole in WHOLE:
        assert fed(reader, whole, 7) == whole
        reader.next()


def test_empty_lines_before_a_request_are_nothing() -> None:
    reader = RequestReader()
    assert reader.take(b"\r\n\r\n" + BARE) == BARE
    assert reader.complete


def test_nothing_is_taken_before_the_head_is_whole() -> None:
    reader = RequestReader()
    assert reader.take(BARE[:-1]) == b""
    assert reader.fragments == BARE[:-1]
    assert reader.take(BARE[-1:]) == BARE


def test_what_is_no_http_is_an_error_and_kept_whole() -> None:
    reader = RequestReader()
    assert reader.take(b"\x16\x03\x01\r\n\r\n") == b""
    assert reader.error
    assert reader.odd
    assert reader.fragments == b"\x16\x03\x01\r\n\r\n"


def test_a_length_beside_chunks_is_refused() -> None:
    reader = RequestReader()
    asked = b"POST / HTTP/1.1\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n"
    assert reader.take(asked) == b""
    assert reader.error


def test_a_wish_for_another_protocol_ends_what_is_read() -> None:
    reader = RequestReader()
    asked = b"GET / HTTP/1.1\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n"
    assert reader.take(asked + b"\x81\x00") == asked + b"\x81\x00"
    assert reader.unread
    assert reader.odd
    assert not reader.error


def test_so_much_behind_a_request_is_borne_and_no_more() -> None:
    reader = RequestReader()
    assert reader.bears_surplus(SURPLUS_BYTES)
    assert reader.surplus
    assert not reader.bears_surplus(1)


@pytest.mark.parametrize(
    "hidden",
    [b"POST /\n\r\n2\r\n\r\n", b"GET / HTTP/1.1\nhost: h\n\n", b"GET / HTTP/1.1\r\na: b\n\r\n"],
)
def test_a_head_whose_lines_end_in_a_bare_lf_is_no_http(hidden: bytes) -> None:
    for size in (1, 1000):
        reader = RequestReader()
        assert not fed(reader, hidden, size)
        assert reader.error
