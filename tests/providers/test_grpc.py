import base64
from urllib.parse import unquote

import pytest
from google.rpc import error_details_pb2, status_pb2
from hypothesis import given
from hypothesis import strategies as st

from providers.grpc import (
    NAMES,
    Details,
    MessageSplitter,
    Status,
    http_status_for,
    is_grpc,
    message_bytes,
    retry_delay_s,
    status_fields,
    status_for,
    status_proto,
    trailers_only,
)


@pytest.mark.parametrize(
    ("http", "name"),
    [
        (400, "INVALID_ARGUMENT"),
        (401, "UNAUTHENTICATED"),
        (403, "PERMISSION_DENIED"),
        (404, "NOT_FOUND"),
        (429, "RESOURCE_EXHAUSTED"),
        (499, "CANCELLED"),
        (500, "INTERNAL"),
        (503, "UNAVAILABLE"),
        (504, "DEADLINE_EXCEEDED"),
        (529, "UNAVAILABLE"),
        (422, "FAILED_PRECONDITION"),
    ],
)
def test_a_status_stands_for_a_status(http: int, name: str) -> None:
    assert NAMES[status_for(http)] == name


def test_a_message_has_its_length_in_front() -> None:
    assert message_bytes(b"abc") == b"\0\0\0\0\3abc"


def test_what_is_left_is_told_once() -> None:
    splitter = MessageSplitter()
    assert splitter.feed(message_bytes(b"") + b"\0\0") == [message_bytes(b"")]
    assert (splitter.rest(), splitter.rest()) == (b"\0\0", b"")


@given(st.text(alphabet=st.characters(codec="utf-8")))
def test_words_survive_their_encoding_and_are_ascii(words: str) -> None:
    told = dict(status_fields(14, words)).get("grpc-message", "")
    assert told.isascii()
    assert told.isprintable()
    assert unquote(told) == words


def test_words_that_need_no_encoding_have_none() -> None:
    assert dict(status_fields(14, "a (b) ~c!"))["grpc-message"] == "a (b) ~c!"


def test_an_answer_that_is_a_status_says_what_it_is() -> None:
    assert trailers_only(5) == (("content-type", "application/grpc"), ("grpc-status", "5"))


def test_details_are_googles_own_and_have_no_padding() -> None:
    proto = status_proto(8, "no", Details(retry_delay_s=0.25))
    told = dict(status_fields(8, "no", proto))["grpc-status-details-bin"]
    assert "=" not in told
    status = status_pb2.Status.FromString(base64.b64decode(told + "=" * (-len(told) % 4)))
    retry = error_details_pb2.RetryInfo()
    assert status.details[0].Unpack(retry)
    assert (status.code, retry.retry_delay.nanos) == (8, 250_000_000)


def test_without_details_there_is_nothing_to_encode() -> None:
    assert status_proto(8, "no", Details(domain="googleapis.com")) == b""


@pytest.mark.parametrize(
    ("kind", "grpc"),
    [("application/grpc", True), ("application/grpc+proto", True), ("application/json", False)],
)
def test_a_body_is_known_by_its_type(kind: str, *, grpc: bool) -> None:
    assert is_grpc(kind) is grpc


@pytest.mark.parametrize(
    ("name", "http"),
    [
        ("OK", 200),
        ("CANCELLED", 499),
        ("INVALID_ARGUMENT", 400),
        ("DEADLINE_EXCEEDED", 504),
        ("NOT_FOUND", 404),
        ("PERMISSION_DENIED", 403),
        ("RESOURCE_EXHAUSTED", 429),
        ("FAILED_PRECONDITION", 400),
        ("UNIMPLEMENTED", 501),
        ("INTERNAL", 500),
        ("UNAVAILABLE", 503),
        ("DATA_LOSS", 500),
        ("UNAUTHENTICATED", 401),
    ],
)
def test_a_status_of_http_stands_for_each(name: str, http: int) -> None:
    assert http_status_for(NAMES.index(name)) == http


@pytest.mark.parametrize("code", [-1, 17, 999])
def test_a_status_that_nobody_knows_is_an_error_of_the_servers(code: int) -> None:
    assert http_status_for(code) == 500


@pytest.mark.parametrize("http", [400, 401, 403, 404, 409, 429, 499, 500, 501, 503, 504])
def test_a_status_of_http_comes_back(http: int) -> None:
    assert http_status_for(status_for(http)) == http


def test_a_status_has_a_name() -> None:
    assert Status(14, "gone").name == "UNAVAILABLE"
    assert (Status(99).name, Status(-1).name) == ("UNKNOWN", "UNKNOWN")


@given(st.integers(0, 10**9))
def test_a_wait_reads_back_to_the_millisecond(wait_ms: int) -> None:
    details = status_proto(8, "no", Details(retry_delay_s=wait_ms / 1000, quota="requests"))
    assert retry_delay_s(details) == wait_ms / 1000


def test_details_without_a_wait_ask_for_none() -> None:
    assert retry_delay_s(status_proto(8, "no", Details(quota="requests"))) is None
    assert retry_delay_s(b"") is None


@given(st.binary(max_size=60))
def test_details_of_any_bytes_are_read_or_left(details: bytes) -> None:
    wait_s = retry_delay_s(details)
    assert wait_s is None or isinstance(wait_s, float)


def test_a_wait_that_is_no_message_is_left() -> None:
    status = status_pb2.Status()
    status.details.add(type_url="type.googleapis.com/google.rpc.RetryInfo", value=b"\xff")
    assert retry_delay_s(status.SerializeToString()) is None
