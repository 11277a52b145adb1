import msgspec
import pytest

from providers.answer import Answer
from providers.catalog import make_dialect
from providers.dialect import Dialect
from providers.http1 import LAST_CHUNK, answer_head, chunk
from telemetry.outcome import Outcome
from telemetry.rows import AttemptEnded
from tests.loadgen.virtual import (
    ANSWER,
    DIALECT,
    closing,
    head,
    opening,
    pieces,
    refusal,
    token,
    whole,
)


def reading(*, stream: bool = True, numbered: bool = True, dialect: Dialect = DIALECT) -> Answer:
    return Answer(dialect, stream=stream, numbered=numbered)


def read(data: bytes, *, stream: bool = True, numbered: bool = True) -> Answer:
    answer = reading(stream=stream, numbered=numbered)
    answer.feed(data, 1)
    return answer


def row(answer: Answer) -> AttemptEnded:
    assert answer.outcome is not None
    return answer.row(exchange=0, attempt=0, end_ns=99, outcome=answer.outcome, connected_ns=None)


def test_a_whole_answer_is_a_success_with_its_facts() -> None:
    answer = read(whole())
    assert answer.outcome is Outcome.OK
    assert answer.reusable
    facts = row(answer)
    assert (facts.status, facts.tokens, facts.finish_reason) == (200, 3, "stop")
    assert (facts.usage_prompt_tokens, facts.usage_output_tokens) == (9, 3)
    assert facts.model == "gpt-4o-2024-08-06"


@pytest.mark.parametrize("size", [1, 7, 100])
def test_it_does_not_matter_how_the_bytes_are_cut(size: int) -> None:
    answer = reading()
    content = [answer.feed(piece, now) for now, piece in enumerate(pieces(whole(), size))]
    assert answer.outcome is Outcome.OK
    assert sum(content) == 3
    assert row(answer).tokens == 3


def test_each_moment_has_its_own_stamp() -> None:
    answer = reading()
    parts = [b"HTTP/1.1", head()[8:], opening()[len(head()) :], token(0), token(1), token(2)]
    content = [answer.feed(part, ns) for part, ns in zip(parts, [1, 2, 3, 5, 6, 9], strict=True)]
    answer.feed(closing(), 20)
    facts = row(answer)
    assert content == [False, False, False, True, True, True]
    assert (facts.first_byte_ns, facts.head_ns) == (1, 2)
    assert (facts.first_token_ns, facts.last_token_ns, facts.largest_gap_ns) == (5, 9, 3)


def test_roles_filters_and_keep_alives_are_no_content() -> None:
    answer = reading()
    assert not answer.feed(opening() + chunk(b": keep-alive\n\n"), 1)
    assert answer.outcome is None
    answer.end_of_connection(2, reset=False)
    assert row(answer).first_token_ns is None


def test_an_end_without_a_finish_reason_is_truncated_though_it_says_done() -> None:
    done = chunk(b"data: [DONE]\n\n") + LAST_CHUNK
    assert read(opening() + token(0) + done).outcome is Outcome.TRUNCATED


def test_an_end_of_the_connection_before_the_finish_is_what_it_looks_like() -> None:
    for reset, outcome in [(False, Outcome.TRUNCATED), (True, Outcome.RESET_MID_STREAM)]:
        answer = read(opening() + token(0))
        answer.end_of_connection(2, reset=reset)
        assert answer.outcome is outcome
        assert not answer.reusable


@pytest.mark.parametrize("reset", [True, False])
def test_once_finished_it_does_not_matter_how_the_connection_ends(*, reset: bool) -> None:
    answer = read(whole()[: -len(LAST_CHUNK)])
    assert answer.outcome is None
    answer.end_of_connection(2, reset=reset)
    assert answer.outcome is Outcome.OK


@pytest.mark.parametrize("reset", [True, False])
def test_before_the_head_there_was_no_answer(*, reset: bool) -> None:
    answer = read(b"HTTP/1.1 200 OK\r\n")
    answer.end_of_connection(2, reset=reset)
    assert answer.outcome is Outcome.CLOSED_BEFORE_HEAD


def test_finished_without_content_is_empty() -> None:
    assert read(opening() + closing()).outcome is Outcome.EMPTY


@pytest.mark.parametrize(
    ("indices", "missing", "repeated"),
    [((0, 2), 1, 0), ((0, 1), 1, 0), ((0, 1, 1, 2), 0, 1), ((2,), 2, 0)],
)
def test_lost_and_repeated_tokens_are_counted_and_make_it_incomplete(
    indices: tuple[int, ...], missing: int, repeated: int
) -> None:
    answer = read(opening() + b"".join(map(token, indices)) + closing())
    assert answer.outcome is Outcome.INCOMPLETE
    assert (row(answer).missing_tokens, row(answer).repeated_tokens) == (missing, repeated)


def test_without_numbers_each_piece_of_content_is_a_token_and_none_is_missed() -> None:
    answer = read(opening() + token(0) + token(2) + closing(), numbered=False)
    assert answer.outcome is Outcome.OK
    assert (row(answer).tokens, row(answer).missing_tokens) == (2, 0)


def test_numbered_tokens_may_come_in_halves() -> None:
    halves = [chunk(DIALECT.token(ANSWER, text)) for text in ("0:har", "bor 1:wi", "nd 2:sky ")]
    answer = read(opening() + b"".join(halves) + closing())
    assert (answer.outcome, row(answer).tokens) == (Outcome.OK, 3)


def test_an_error_in_the_stream_ends_it_whatever_follows() -> None:
    error = b'data: {"error":{"code":"server_error","message":"sorry"}}\n\n'
    answer = reading()
    assert answer.feed(opening() + token(0) + chunk(error) + token(1) + closing(), 1)
    assert answer.outcome is Outcome.ERROR_EVENT
    assert (row(answer).error, row(answer).tokens) == ("server_error: sorry", 1)


def test_an_answer_that_the_filter_ended_is_no_failure_of_the_endpoint() -> None:
    filtered = b'data: {"choices":[{"index":0,"delta":{},"finish_reason":"content_filter"}]}\n\n'
    answer = read(opening() + token(0) + chunk(filtered) + LAST_CHUNK)
    assert answer.outcome is Outcome.CONTENT_FILTERED


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (400, Outcome.CONTENT_FILTERED),
        (401, Outcome.AUTH_REFUSED),
        (404, Outcome.CLIENT_ERROR),
        (408, Outcome.SERVER_ERROR),
        (429, Outcome.RATE_LIMITED),
        (500, Outcome.SERVER_ERROR),
        (503, Outcome.SERVER_ERROR),
    ],
)
def test_a_refusal_is_sorted_by_status_and_meaning(status: int, outcome: Outcome) -> None:
    answer = read(refusal(status))
    assert answer.outcome is outcome
    assert row(answer).status == status
    assert row(answer).error
    assert answer.reusable


def test_a_refusal_may_say_how_long_to_wait() -> None:
    answer = read(refusal(429, retry_after_s=7))
    assert answer.retry_after_s == row(answer).retry_after_s == 7


def test_a_refusal_that_is_cut_is_still_that_refusal() -> None:
    answer = read(refusal(503)[:-10])
    assert answer.outcome is None
    answer.end_of_connection(2, reset=True)
    assert answer.outcome is Outcome.SERVER_ERROR


def test_a_redirect_is_no_answer() -> None:
    assert read(answer_head(302, [("Location", "/")], content_length=0)).outcome is (
        Outcome.MALFORMED
    )


@pytest.mark.parametrize(
    "data",
    [
        b"SSH-2.0-OpenSSH_9.2\r\n",
        opening() + chunk(b"data: {nonsense\n\n"),
        opening() + b"not a chunk size\r\n",
    ],
)
def test_bytes_that_cannot_be_read_are_malformed(data: bytes) -> None:
    answer = read(data)
    assert answer.outcome is Outcome.MALFORMED
    assert row(answer).error
    assert not answer.reusable


def test_content_before_the_bytes_that_cannot_be_read_did_come() -> None:
    answer = reading()
    assert answer.feed(opening() + token(0) + b"not a chunk size\r\n", 1)
    assert row(answer).tokens == 1


def test_a_body_in_one_piece_where_a_stream_was_asked_for_is_malformed() -> None:
    body = DIALECT.body(ANSWER, ["0:a "])
    answer = read(answer_head(200, [], content_length=len(body)) + body)
    assert answer.outcome is Outcome.MALFORMED


def test_an_answer_in_one_piece_has_its_tokens_at_its_end() -> None:
    body = DIALECT.body(ANSWER, ["0:a ", "1:b ", "2:c "])
    answer = reading(stream=False)
    assert not answer.feed(answer_head(200, [], content_length=len(body)), 1)
    assert not answer.feed(body, 5)
    assert answer.outcome is Outcome.OK
    assert (row(answer).tokens, row(answer).first_token_ns) == (3, 5)


def test_an_answer_in_one_piece_may_end_with_the_connection() -> None:
    body = DIALECT.body(ANSWER, ["0:a ", "1:b ", "2:c "])
    answer = read(b"HTTP/1.1 200 OK\r\n\r\n" + body, stream=False)
    answer.end_of_connection(7, reset=False)
    assert (answer.outcome, row(answer).first_token_ns) == (Outcome.OK, 7)


def test_half_an_answer_in_one_piece_is_truncated() -> None:
    body = DIALECT.body(ANSWER, ["0:a "])
    answer = read(answer_head(200, [], content_length=len(body)) + body[:-5], stream=False)
    answer.end_of_connection(7, reset=False)
    assert answer.outcome is Outcome.TRUNCATED


def test_after_the_outcome_nothing_changes_it() -> None:
    answer = read(whole())
    before = row(answer)
    assert not answer.feed(token(7), 50)
    answer.end_of_connection(60, reset=True)
    assert row(answer) == before


def test_the_other_dialect_needs_no_done_and_is_read_alike() -> None:
    dialect = make_dialect({"vertex-gemini": {}})
    texts = [dialect.token(ANSWER, f"{n}:a ") for n in range(3)]
    events = [*dialect.opening(ANSWER), *texts, *dialect.closing(ANSWER)]
    answer = reading(dialect=dialect)
    answer.feed(
        answer_head(200, dialect.head(ANSWER, stream=True), content_length=None)
        + b"".join(chunk(event) for event in events)
        + LAST_CHUNK,
        1,
    )
    assert answer.outcome is Outcome.OK
    facts = msgspec.structs.asdict(row(answer))
    assert (facts["tokens"], facts["usage_output_tokens"]) == (3, 3)


@pytest.mark.parametrize(
    ("numbered", "outcome", "missing"), [(True, Outcome.INCOMPLETE, 3), (False, Outcome.OK, 0)]
)
def test_text_without_a_number_is_no_answer_where_every_token_has_one(
    outcome: Outcome, missing: int, *, numbered: bool
) -> None:
    said = chunk(DIALECT.token(ANSWER, "we are sorry "))
    answer = read(opening() + said + closing(), numbered=numbered)
    assert answer.outcome is outcome
    assert row(answer).missing_tokens == missing
