"""A request that was read whole says whose it is, what it asks and what it may cost."""

import gzip
import zlib

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from faults.question import own_parent, read_whole
from faults.request import Request
from providers.catalog import make_dialect
from providers.dialect import Dialect, Question
from telemetry.identity import Parent, mark, trace_id

AZURE = make_dialect({"azure-openai": {}})
GEMINI = make_dialect({"vertex-gemini": {}})
TAG = "0a0b0c0d"


def request(body: bytes, *headers: str, target: str = "/openai/v1/chat/completions") -> Request:
    lines = [f"POST {target} HTTP/1.1", "Host: x", *headers]
    if not any("chunked" in line for line in headers):
        lines.append(f"Content-Length: {len(body)}")
    head = ("\r\n".join(lines) + "\r\n\r\n").encode()
    return Request(head, head.lower(), None, None)


def test_a_question_is_known_by_its_dialect() -> None:
    asked = AZURE.request(Question(prompt="x" * 40, max_output_tokens=7), "", "key")
    headers = [f"{name}: {value}" for name, value in asked.headers]
    whole = request(asked.body, *headers, "x-stainless-retry-count: 2", target=asked.target)
    read = read_whole(whole, asked.body, AZURE)
    assert (read.question, read.stream, read.retry_count) == (True, True, 2)
    assert (read.prompt_tokens, read.output_tokens) == (10, 7)


def test_what_is_no_post_of_json_is_no_question() -> None:
    assert not read_whole(request(b"hello"), b"hello", AZURE).question
    head = b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n"
    assert not read_whole(Request(head, head, None, None), b"", AZURE).question


def test_geminis_stream_is_told_by_its_path_and_its_limit_by_its_own_name() -> None:
    body = b'{"generationConfig":{"maxOutputTokens":9}}'
    read = read_whole(request(body, target="/x:streamGenerateContent?alt=sse"), body, GEMINI)
    assert (read.stream, read.output_tokens) == (True, 9)


@pytest.mark.parametrize(
    ("body", "dialect"),
    [
        (b'{"max_tokens":9,"n":4}', AZURE),
        (b'\n {"generationConfig":{"maxOutputTokens":9,"candidateCount":4}}', GEMINI),
    ],
)
def test_several_answers_at_once_cost_as_many(body: bytes, dialect: Dialect) -> None:
    read = read_whole(request(body), body, dialect)
    assert (read.question, read.costs, read.output_tokens) == (True, True, 36)


@pytest.mark.parametrize("coding", ["gzip", "deflate", "identity"])
@pytest.mark.parametrize("chunks", [False, True])
def test_the_mark_is_found_in_translated_coded_and_chunked_bodies(
    *, coding: str, chunks: bool
) -> None:
    prompt = f'say "hi"\n {mark(TAG, 42)}'
    body = msgspec.json.encode({"contents": [{"parts": [{"text": prompt}]}]})
    coded = {"gzip": gzip.compress(body), "deflate": zlib.compress(body)}.get(coding, body)
    headers = [f"Content-Encoding: {coding}"]
    sent = coded
    if chunks:
        headers.append("Transfer-Encoding: chunked")
        sent = b"".join(b"%x\r\n%b\r\n" % (1, coded[i : i + 1]) for i in range(len(coded)))
        sent += b"0\r\n\r\n"
    whole = request(sent, *headers)
    read = read_whole(whole, sent, GEMINI)
    parent, joined_by = own_parent(whole, read.body, TAG)
    assert (parent, joined_by) == (Parent(trace_id(TAG, 42), ""), "mark")
    assert read.body_hash == read_whole(request(body), body, GEMINI).body_hash


def test_trace_context_of_the_run_comes_before_a_mark_and_a_strangers_does_not() -> None:
    own, strange = (Parent(trace_id(tag, 1), "0" * 15 + "1") for tag in (TAG, "ffffffff"))
    body = mark(TAG, 7).encode()
    whole = request(body)
    assert own_parent(whole._replace(parent=own), body, TAG) == (own, "traceparent")
    assert own_parent(whole._replace(parent=strange), body, TAG)[1] == "mark"
    assert own_parent(whole._replace(parent=strange), b"", TAG) == (strange, "")
    assert own_parent(whole, mark("ffffffff", 7).encode(), TAG) == (None, "")


@given(body=st.binary(max_size=200), coding=st.sampled_from(["gzip", "deflate", "br", ""]))
def test_any_bytes_are_read_somehow(body: bytes, coding: str) -> None:
    whole = request(body, f"Content-Encoding: {coding}")
    assert len(read_whole(whole, body, AZURE).body_hash) == 16
