"""Every dialect reads what it writes, whatever way the bytes were cut."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.catalog import http_dialects, make_dialect
from providers.config import Latency
from providers.dialect import Answer, Asked, Delta, Dialect, MalformedAnswerError, Question
from providers.http1 import AnswerReader, RequestReader, answer_head, chunk, request_bytes
from providers.pacing import Pace, Saying
from providers.sse import EventSplitter, event_data

DIALECTS: list[Dialect] = [
    *(make_dialect({name: {}}) for name in http_dialects()),
    make_dialect({"azure-openai": {"api_version": None, "auth": "bearer", "deployment": "my d/1"}}),
    make_dialect({"vertex-gemini": {"auth": "api-key"}}),
    make_dialect({"vertex-gemini": {"location": "global", "project": "a b"}}),
]
every_dialect = pytest.mark.parametrize("dialect", DIALECTS, ids=repr)

TEXT = st.text(st.characters(codec="utf-8"), max_size=30)
TOKENS = st.integers(0, 10**6)
QUESTIONS = st.builds(
    Question, prompt=TEXT, max_output_tokens=st.integers(1, 10**6), stream=st.booleans()
)
ANSWERS = st.builds(
    Answer,
    response_id=st.text("0123456789abcdef", min_size=1, max_size=28),
    created_s=st.integers(0, 2**31),
    prompt_tokens=TOKENS,
    output_tokens=TOKENS,
    region=st.sampled_from(["", "East US 2"]),
    include_usage=st.booleans(),
    limit_requests=st.none() | TOKENS,
    remaining_tokens=st.none() | TOKENS,
)
NO_GAPS = Latency(overhead_s=0, per_prompt_token_s=0, token_gap_s=0)
AT_ONCE = Pace(latency=NO_GAPS, load=lambda: 0.0, normal=lambda: 0.0)


def in_pieces(data: bytes, size: int) -> list[bytes]:
    return [data[start : start + size] for start in range(0, len(data), size)]


def deltas(dialect: Dialect, body: bytes, size: int) -> list[Delta]:
    splitter = EventSplitter()
    events = [event for piece in in_pieces(body, size) for event in splitter.feed(piece)]
    assert splitter.rest() == b""
    return [dialect.read_event(event_data(event) or b"") for event in events]


@every_dialect
@given(question=QUESTIONS, size=st.integers(1, 400))
def test_a_question_is_understood_as_asked(dialect: Dialect, question: Question, size: int) -> None:
    request = dialect.request(question, "", "secret")
    reader = RequestReader()
    data = request_bytes(request, "host:1")
    (read,) = [each for piece in in_pieces(data, size) for each in reader.feed(piece)]
    asked = dialect.asked(read.request)
    assert isinstance(asked, Asked), asked
    assert asked.question == question


@every_dialect
@given(answer=ANSWERS, texts=st.lists(TEXT, max_size=6), size=st.integers(1, 700))
def test_a_stream_reads_back_as_said(
    dialect: Dialect, answer: Answer, texts: list[str], size: int
) -> None:
    answer = msgspec.structs.replace(answer, include_usage=True)
    saying = Saying(dialect=dialect, answer=answer, texts=texts, stream=True)
    reader = AnswerReader()
    for moment in saying.moments(AT_ONCE, 0.0):
        for piece in in_pieces(moment.data, size):
            reader.feed(piece)
    assert (reader.status, reader.complete) == (200, True)
    read = deltas(dialect, reader.take_body(), size)
    assert [delta.text for delta in read if delta.text] == [text for text in texts if text]
    finishes = [index for index, delta in enumerate(read) if delta.finish_reason]
    assert len(finishes) == 1
    assert not any(delta.text for delta in read[finishes[0] :])
    (usage,) = [delta.usage for delta in read if delta.usage is not None]
    assert (usage.prompt_tokens, usage.output_tokens) == (
        answer.prompt_tokens,
        answer.output_tokens,
    )
    assert not any(delta.error or delta.content_filtered for delta in read)


@every_dialect
@given(answer=ANSWERS, text=TEXT)
def test_every_event_of_a_stream_is_one_event(dialect: Dialect, answer: Answer, text: str) -> None:
    events = [*dialect.opening(answer), dialect.token(answer, text), *dialect.closing(answer)]
    assert EventSplitter().feed(b"".join(events)) == events


@every_dialect
@given(answer=ANSWERS, texts=st.lists(TEXT, max_size=6))
def test_a_whole_answer_reads_back_as_said(
    dialect: Dialect, answer: Answer, texts: list[str]
) -> None:
    read = dialect.read_body(dialect.body(answer, texts))
    assert read.text == "".join(texts)
    assert read.finish_reason
    assert read.usage is not None
    assert read.usage.output_tokens == answer.output_tokens


@every_dialect
@given(
    status=st.integers(400, 599),
    wait_ms=st.none() | st.integers(0, 10**9),
    message=st.none() | TEXT.filter(bool),
    exhausted=st.sampled_from(["", "requests", "tokens"]),
    size=st.integers(1, 400),
)
def test_a_refusal_reads_back_through_http(
    dialect: Dialect,
    *,
    status: int,
    wait_ms: int | None,
    message: str | None,
    exhausted: str,
    size: int,
) -> None:
    wait_s = None if wait_ms is None else wait_ms / 1000
    refusal = dialect.refusal(status, retry_after_s=wait_s, message=message, exhausted=exhausted)
    reader = AnswerReader()
    head = answer_head(refusal.status, refusal.headers, content_length=len(refusal.body))
    for piece in in_pieces(head + refusal.body, size):
        reader.feed(piece)
    assert (reader.status, reader.complete) == (status, True)
    error = dialect.read_error(status, reader.headers, reader.take_body())
    assert error.retry_after_s == wait_s
    assert error.code
    assert message is None or error.message == message


@every_dialect
@given(status=st.integers(400, 599), message=st.none() | TEXT.filter(bool), size=st.integers(1, 99))
def test_an_error_within_a_stream_reads_back_as_the_refusal_that_it_tells_of(
    dialect: Dialect, *, status: int, message: str | None, size: int
) -> None:
    (read,) = deltas(dialect, dialect.error_event(status, message=message), size)
    refusal = dialect.refusal(status, message=message)
    refused = dialect.read_error(status, {}, refusal.body)
    assert read.error is not None
    assert read.error.message == refused.message
    assert read.error.code in {refused.code, "error"}, "an event has no status to fall back on"
    assert read.content_filtered == refused.content_filtered
    assert (read.text, read.finish_reason) == ("", None)
    assert dialect.read_body(refusal.body).error is not None, "nor has a body with the status 200"


@every_dialect
@given(answer=ANSWERS, size=st.integers(1, 700))
def test_an_empty_stream_reads_back_as_finished_without_content(
    dialect: Dialect, answer: Answer, size: int
) -> None:
    read = deltas(dialect, b"".join(dialect.empty_stream(answer)), size)
    assert "".join(delta.text for delta in read) == ""
    assert len([delta for delta in read if delta.finish_reason]) == 1
    assert not any(delta.error or delta.content_filtered for delta in read)


@every_dialect
@given(answer=ANSWERS)
def test_an_empty_stream_is_of_whole_events(dialect: Dialect, answer: Answer) -> None:
    events = list(dialect.empty_stream(answer))
    assert EventSplitter().feed(b"".join(events)) == events


@every_dialect
@given(answer=ANSWERS)
def test_an_empty_body_reads_back_as_finished_without_content(
    dialect: Dialect, answer: Answer
) -> None:
    read = dialect.read_body(dialect.empty_body(answer))
    assert (read.text, read.error, read.content_filtered) == ("", None, False)
    assert read.finish_reason
    assert read.usage is not None


@every_dialect
def test_an_expired_credential_is_refused_with_words(dialect: Dialect) -> None:
    refusal = dialect.credential_expired()
    headers = {name.lower(): value for name, value in refusal.headers}
    error = dialect.read_error(refusal.status, headers, refusal.body)
    assert refusal.status == 401
    assert error.code
    assert error.message
    assert headers["content-type"].startswith("application/json")


@every_dialect
@given(answer=ANSWERS, stream=st.booleans())
def test_a_head_leaves_framing_to_its_writer(
    dialect: Dialect, answer: Answer, *, stream: bool
) -> None:
    names = {name.lower() for name, _ in dialect.head(answer, stream=stream)}
    assert not names & {"content-length", "transfer-encoding", "connection"}
    assert "content-type" in names


@every_dialect
@given(data=st.binary(max_size=60), status=st.integers(400, 599))
def test_any_bytes_are_read_or_refused_but_never_crash(
    dialect: Dialect, data: bytes, status: int
) -> None:
    dialect.read_error(status, {}, data)
    for read in (dialect.read_event, dialect.read_body):
        try:
            read(data)
        except MalformedAnswerError:
            continue


@every_dialect
@given(body=st.binary(max_size=60))
def test_any_body_is_understood_or_refused(dialect: Dialect, body: bytes) -> None:
    asked = dialect.request(Question(prompt="x", max_output_tokens=1), "", "secret")
    answer = dialect.asked(msgspec.structs.replace(asked, body=body))
    assert isinstance(answer, Asked) or answer.status == 400


@given(data=st.lists(st.binary(max_size=50), max_size=8), size=st.integers(1, 100))
def test_chunks_read_back_as_written(data: list[bytes], size: int) -> None:
    written = answer_head(200, [], content_length=None) + b"".join(map(chunk, data)) + b"0\r\n\r\n"
    reader = AnswerReader()
    for piece in in_pieces(written, size):
        reader.feed(piece)
    assert reader.complete
    assert reader.take_body() == b"".join(data)
