import msgspec
import pytest

from providers.catalog import make_dialect
from providers.dialect import Answer
from providers.grpc import NAMES, Status
from providers.grpc_answer import CallAnswer, outcome_of
from providers.open_inference import Said, stream_response_bytes
from providers.words import token_text
from telemetry.outcome import Outcome
from telemetry.rows import AttemptEnded

DIALECT = make_dialect({"open-inference": {}})
ANSWER = Answer(response_id="1", created_s=0, prompt_tokens=9, output_tokens=3, include_usage=True)
OK = Status(0)


def reading(*, stream: bool = True) -> CallAnswer:
    return CallAnswer(DIALECT, stream=stream, numbered=True)


def token(index: int) -> bytes:
    return DIALECT.token(ANSWER, token_text(1, index))


def closing() -> bytes:
    (message,) = DIALECT.closing(ANSWER)
    return message


def body() -> bytes:
    return DIALECT.body(ANSWER, [token_text(1, index) for index in range(3)])


def row(answer: CallAnswer) -> AttemptEnded:
    assert answer.outcome is not None
    return answer.row(exchange=1, attempt=0, end_ns=99, outcome=answer.outcome, connected_ns=1)


def test_a_stream_and_its_status_are_an_answer() -> None:
    answer = reading()
    assert [answer.message(token(index), 10 + index) for index in range(3)] == [True] * 3
    assert not answer.message(closing(), 13)
    assert answer.outcome is None
    answer.end_of_call(OK, 14)
    told = row(answer)
    assert (told.outcome, told.status, told.rpc_status) == (Outcome.OK, 200, "OK")
    assert (told.head_ns, told.first_token_ns, told.last_token_ns) == (10, 10, 12)
    assert (told.tokens, told.finish_reason, answer.reusable) == (3, "stop", True)


def test_each_message_counts_its_own_tokens_and_they_add_up() -> None:
    answer = reading()
    for message in (token(0), token(1), token(2), closing()):
        answer.message(message, 1)
    answer.end_of_call(OK, 2)
    assert (row(answer).usage_prompt_tokens, row(answer).usage_output_tokens) == (9, 3)


def test_a_last_token_that_is_lost_is_missed_where_their_number_is_known() -> None:
    ended = []
    for whole in (0, 3):
        answer = CallAnswer(DIALECT, stream=True, numbered=True, whole=whole)
        for message in (token(0), token(1), closing()):
            answer.message(message, 1)
        answer.end_of_call(OK, 2)
        ended.append((row(answer).outcome, row(answer).missing_tokens))
    assert ended == [(Outcome.OK, 0), (Outcome.INCOMPLETE, 1)]


def test_an_answer_in_one_message_counts_with_its_status() -> None:
    answer = reading(stream=False)
    assert not answer.message(body(), 5)
    assert answer.outcome is None
    answer.end_of_call(OK, 6)
    assert (row(answer).outcome, row(answer).tokens) == (Outcome.OK, 3)


def test_a_message_that_no_status_follows_is_no_answer() -> None:
    answer = reading(stream=False)
    answer.message(body(), 5)
    answer.end_of_connection(reset=False)
    assert (answer.outcome, row(answer).error) == (Outcome.TRUNCATED, "no gRPC status")


def test_the_page_of_a_server_that_is_not_grpc_keeps_its_http_status() -> None:
    answer = reading()
    answer.end_of_call(Status(14, "Received http2 header with status: 502", http_status=502), 7)
    told = row(answer)
    assert (told.outcome, told.status) == (Outcome.SERVER_ERROR, 502)


@pytest.mark.parametrize("code", range(1, len(NAMES)))
def test_a_status_before_any_message_is_a_refusal(code: int) -> None:
    answer = reading()
    answer.end_of_call(Status(code, "no", 2.5), 7)
    told = row(answer)
    assert (told.outcome, told.rpc_status) == (outcome_of(code), NAMES[code])
    assert told.error == f"{NAMES[code]}: no"
    assert told.retry_after_s == 2.5


@pytest.mark.parametrize(
    ("code", "outcome"),
    [
        (8, Outcome.RATE_LIMITED),
        (16, Outcome.AUTH_REFUSED),
        (3, Outcome.CLIENT_ERROR),
        (14, Outcome.SERVER_ERROR),
        (4, Outcome.SERVER_ERROR),
        (99, Outcome.SERVER_ERROR),
    ],
)
def test_statuses_have_the_outcomes_of_the_http_statuses_that_they_stand_for(
    code: int, outcome: Outcome
) -> None:
    assert outcome_of(code) is outcome


def test_a_status_behind_a_message_is_an_error_within_the_answer() -> None:
    answer = reading()
    answer.message(token(0), 1)
    answer.end_of_call(Status(13), 2)
    assert (answer.outcome, row(answer).error) == (Outcome.ERROR_EVENT, "INTERNAL")


def test_an_error_message_ends_it_at_once() -> None:
    answer = reading()
    answer.message(token(0), 1)
    answer.message(DIALECT.error_event(500, message="CUDA out of memory"), 2)
    assert answer.outcome is Outcome.ERROR_EVENT
    answer.end_of_call(OK, 3)
    assert (answer.outcome, row(answer).rpc_status) == (Outcome.ERROR_EVENT, None)


def test_who_did_not_ask_why_it_ended_is_told_that_it_did() -> None:
    unasked = Answer(response_id="1", created_s=0, prompt_tokens=9, output_tokens=3)
    unasked = msgspec.structs.replace(unasked, include_finish=False)
    answer, whole = reading(), reading(stream=False)
    for index in range(3):
        answer.message(DIALECT.token(unasked, token_text(1, index)), 1)
    assert not answer.finished
    (last,) = DIALECT.closing(unasked)
    answer.message(last, 1)
    whole.message(DIALECT.body(unasked, [token_text(1, 0)]), 1)
    for one in (answer, whole):
        one.end_of_call(OK, 2)
        assert (row(one).outcome, row(one).finish_reason) == (Outcome.OK, "finished")


def test_an_empty_last_message_takes_no_reason_back() -> None:
    answer = reading()
    for message in (token(0), token(1), token(2), closing()):
        answer.message(message, 1)
    last = stream_response_bytes(Said(model="m", text=""), final=True)
    answer.message(last, 2)
    answer.end_of_call(OK, 3)
    assert (row(answer).outcome, row(answer).finish_reason) == (Outcome.OK, "stop")


def test_nonsense_is_malformed() -> None:
    answer = reading()
    answer.message(b"\xff\xff\xff", 1)
    assert answer.outcome is Outcome.MALFORMED


@pytest.mark.parametrize(
    ("reset", "said", "outcome"),
    [
        (True, (), Outcome.CLOSED_BEFORE_HEAD),
        (False, (), Outcome.CLOSED_BEFORE_HEAD),
        (True, (0,), Outcome.RESET_MID_STREAM),
        (False, (0, 1), Outcome.TRUNCATED),
    ],
)
def test_an_end_without_a_status_is_one_of_the_connection(
    reset: bool,  # noqa: FBT001 - a parameter of the test
    said: tuple[int, ...],
    outcome: Outcome,
) -> None:
    answer = reading()
    for index in said:
        answer.message(token(index), 1)
    answer.end_of_connection(reset=reset)
    assert (answer.outcome, row(answer).rpc_status) == (outcome, None)
    assert not answer.reusable


def test_without_a_status_a_finished_stream_is_whole() -> None:
    answer = reading()
    for message in (token(0), token(1), token(2), closing()):
        answer.message(message, 1)
    answer.end_of_connection(reset=False)
    assert answer.outcome is Outcome.OK


def test_ok_without_a_finish_is_truncated_and_a_gap_incomplete() -> None:
    cut, gap = reading(), reading()
    cut.message(token(0), 1)
    for message in (token(0), token(2), closing()):
        gap.message(message, 1)
    for answer in (cut, gap):
        answer.end_of_call(OK, 2)
    assert (cut.outcome, gap.outcome) == (Outcome.TRUNCATED, Outcome.INCOMPLETE)
    assert row(gap).missing_tokens == 1
