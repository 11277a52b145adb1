import pytest

from faults.answer_writer import AnswerWriter
from faults.steps import Close, End, Event, Head, Raw, Step
from tests.faults.honest import BUSY, attested, body, fault, played, said, stream


def broken(kind: str, honest: list[Step]) -> list[Step]:
    return said(played(fault("malformed_body", kind=kind), honest))


def test_half_of_a_body_comes_in_good_form() -> None:
    assert broken("truncated_json", body(b"{", b"123}"))[1:] == [Event(data=b"{1"), End()]
    assert attested(fault("malformed_body"), body(b"{", b"123}")) == ["withheld"]


def test_of_a_stream_it_is_half_of_the_first_event() -> None:
    assert broken("truncated_json", stream(2))[1:] == [Event(data=b"data: o"), End()]


def test_a_byte_that_is_no_utf_8_comes_first_and_then_the_rest() -> None:
    assert broken("bad_utf8", body(b"{}"))[1:] == [Event(data=b"\xff"), *body(b"{}")[1:]]


def test_more_is_promised_than_comes() -> None:
    head, event, ending = broken("wrong_content_length", body(b"{}"))
    assert isinstance(head, Head)
    assert (head.length or 0) > 2
    assert (event, ending) == (Event(data=b"{}"), Close())


def test_a_chunk_has_no_size() -> None:
    assert broken("bad_chunk_size", body(b"{}"))[1:] == [Raw(data=b"no-number\r\n"), Close()]


def test_the_head_claims_a_coding_that_the_body_does_not_have() -> None:
    head = broken("bad_gzip", body(b"{}"))[0]
    assert isinstance(head, Head)
    assert ("Content-Encoding", "gzip") in head.headers


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("wrong_content_length", b"Content-Length: 10000000\r\n\r\n{}"),
        ("bad_chunk_size", b"Transfer-Encoding: chunked\r\n\r\nno-number\r\n"),
        ("bad_gzip", b"Content-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}"),
    ],
)
def test_it_is_on_the_wire_as_it_was_meant(kind: str, words: bytes) -> None:
    writer = AnswerWriter(old=False, bodiless=False, last=False)
    for step in broken(kind, body(b"{}")):
        if isinstance(step, Head):
            writer.head(step)
        elif isinstance(step, Event):
            writer.event(step.data)
        elif isinstance(step, Raw):
            writer.raw(step.data)
        elif isinstance(step, End):
            writer.end([])
    assert writer.take().endswith(words)


@pytest.mark.parametrize("kind", ["truncated_json", "bad_chunk_size", "bad_gzip"])
def test_a_refusal_of_the_providers_own_passes(kind: str) -> None:
    refused = [BUSY, *body(b"{}")[1:]]
    assert broken(kind, refused) == refused
