"""Every dialect of gRPC reads what it writes, message by message; any bytes are read or refused."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.catalog import dialect_classes, http_dialects, make_dialect
from providers.dialect import (
    Answer,
    Asked,
    Dialect,
    HttpAnswer,
    HttpRequest,
    MalformedAnswerError,
    Question,
)
from providers.grpc import http_status_for, status_for
from providers.open_inference import as_stream_response, request_id
from providers.pacing import Saying
from tests.laws.test_dialects import ANSWERS, AT_ONCE, QUESTIONS, TEXT

DIALECTS: list[Dialect] = [
    *(make_dialect({name: {}}) for name in sorted(set(dialect_classes()) - set(http_dialects()))),
    make_dialect({"open-inference": {"model": "mine é"}}),
]
every_dialect = pytest.mark.parametrize("dialect", DIALECTS, ids=repr)


def said(dialect: Dialect, answer: Answer, texts: list[str], *, stream: bool) -> list[bytes]:
    """Return the messages of an answer."""
    saying = Saying(dialect=dialect, answer=answer, texts=texts, stream=stream)
    return [moment.data for moment in saying.messages(AT_ONCE, 0.0) if moment.data]


def code(answer: HttpAnswer) -> int:
    return int(dict(answer.headers)["grpc-status"])


@every_dialect
@given(question=QUESTIONS)
def test_a_question_is_understood_as_asked(dialect: Dialect, question: Question) -> None:
    asked = dialect.asked(dialect.request(question, "", "secret"))
    assert asked == Asked(question=question, include_usage=True)


@every_dialect
@given(answer=ANSWERS, texts=st.lists(TEXT, max_size=6))
def test_a_stream_reads_back_as_said(dialect: Dialect, answer: Answer, texts: list[str]) -> None:
    answer = msgspec.structs.replace(answer, include_usage=True)
    read = [dialect.read_event(data) for data in said(dialect, answer, texts, stream=True)]
    assert [delta.text for delta in read] == [*texts, ""]
    assert [bool(delta.finish_reason) for delta in read] == [False] * len(texts) + [True]
    usages = [delta.usage for delta in read if delta.usage is not None]
    assert {one.prompt_tokens for one in usages} == {answer.prompt_tokens}
    assert sum(one.output_tokens for one in usages) == len(texts)
    assert not any(delta.error or delta.content_filtered for delta in read)


@every_dialect
@given(answer=ANSWERS, texts=st.lists(TEXT, max_size=6))
def test_a_whole_answer_reads_back_as_said(
    dialect: Dialect, answer: Answer, texts: list[str]
) -> None:
    answer = msgspec.structs.replace(answer, include_usage=True)
    (body,) = said(dialect, answer, texts, stream=False)
    read = dialect.read_body(body)
    assert read.text == "".join(texts)
    assert read.finish_reason
    assert read.usage is not None
    assert read.usage.output_tokens == answer.output_tokens
    assert dialect.read_event(as_stream_response(body)) == read


@every_dialect
@given(
    status=st.integers(400, 599),
    message=st.none() | TEXT.filter(bool),
    exhausted=st.sampled_from(["", "requests", "tokens"]),
    wait_ms=st.none() | st.integers(0, 10**9),
)
def test_a_refusal_is_the_status_that_stands_for_its_own(
    dialect: Dialect, *, status: int, message: str | None, exhausted: str, wait_ms: int | None
) -> None:
    wait_s = None if wait_ms is None else wait_ms / 1000
    refusal = dialect.refusal(status, retry_after_s=wait_s, message=message, exhausted=exhausted)
    headers = dict(refusal.headers)
    assert (refusal.status, refusal.body, code(refusal)) == (200, b"", status_for(status))
    assert ("grpc-status-details-bin" in headers) == bool(exhausted or wait_s is not None)
    assert http_status_for(code(refusal)) >= 400
    read = dialect.read_error(status, headers, b"")
    assert read.message
    assert message is None or read.message == message


@every_dialect
@given(status=st.integers(400, 599), message=st.none() | TEXT.filter(bool))
def test_an_error_within_a_stream_reads_back(
    dialect: Dialect, status: int, message: str | None
) -> None:
    read = dialect.read_event(dialect.error_event(status, message=message))
    assert read.error is not None
    assert read.error.message
    assert message is None or read.error.message == message
    assert (read.text, read.finish_reason) == ("", None)


@every_dialect
@given(answer=ANSWERS)
def test_an_empty_answer_reads_back_as_finished_without_content(
    dialect: Dialect, answer: Answer
) -> None:
    read = [dialect.read_event(data) for data in dialect.empty_stream(answer)]
    read.append(dialect.read_body(dialect.empty_body(answer)))
    assert not any(delta.text or delta.error for delta in read)
    assert all(delta.finish_reason for delta in read)


@every_dialect
@given(data=st.binary(max_size=60))
def test_any_bytes_are_read_or_refused_but_never_crash(dialect: Dialect, data: bytes) -> None:
    dialect.read_error(502, {}, data)
    request_id(data)
    for read in (dialect.read_event, dialect.read_body):
        try:
            read(data)
        except MalformedAnswerError:
            continue


@every_dialect
@given(body=st.binary(max_size=60), stream=st.booleans())
def test_any_message_is_understood_or_refused(
    dialect: Dialect, *, body: bytes, stream: bool
) -> None:
    question = Question(prompt="x", max_output_tokens=1, stream=stream)
    asked: HttpRequest = dialect.request(question, "", "secret")
    answer = dialect.asked(msgspec.structs.replace(asked, body=body))
    assert isinstance(answer, Asked) or code(answer) in {3, 5}
