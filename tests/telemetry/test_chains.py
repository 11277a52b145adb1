"""Requests of somebody's client become exchanges: retries are told from new questions."""

import pytest

from telemetry.chains import chains, command_summary, exchanges_of, exit_code, is_command
from telemetry.exchange import Hop, Touch
from telemetry.identity import span_id
from telemetry.outcome import Outcome
from telemetry.record import EventFact

TAG = "0a0b0c0d"
FAILED = Outcome.SERVER_ERROR


def hop(number: int, begin: int, end: int, outcome: Outcome, **facts: object) -> Hop:
    said = {"body_hash": "a", "endpoint": "azure", "ending": "complete", **facts}
    return Hop(proxy="injector-0", hop=number, begin_ns=begin, end_ns=end, outcome=outcome, **said)  # type: ignore[arg-type]  # fields of a hop by name


def numbers(*hops: Hop) -> list[list[int]]:
    return [[one.hop for one in chain] for chain in chains(hops)]


def test_the_same_question_after_a_failure_is_a_retry() -> None:
    assert numbers(hop(0, 0, 10, FAILED), hop(1, 20, 30, Outcome.OK)) == [[0, 1]]


@pytest.mark.parametrize(
    "second",
    [
        hop(1, 20, 30, Outcome.OK, body_hash="b"),
        hop(1, 5, 30, Outcome.OK),
        hop(1, 20, 30, Outcome.OK, retry_count=0),
    ],
    ids=["another question", "begun before the failure", "said to be a first try"],
)
def test_what_is_no_retry_is_an_exchange_of_its_own(second: Hop) -> None:
    assert numbers(hop(0, 0, 10, FAILED), second) == [[0], [1]]


def test_a_question_answered_is_over() -> None:
    assert numbers(hop(0, 0, 10, Outcome.OK), hop(1, 20, 30, Outcome.OK)) == [[0], [1]]


def test_what_asks_no_model_and_what_a_limit_refused_are_no_exchanges() -> None:
    assert numbers(hop(0, 0, 10, FAILED, body_hash=""), hop(1, 0, 1, FAILED, refused_by="x")) == []


def test_a_cut_call_that_its_client_is_told_of_is_taken_for_nothing() -> None:
    cut = hop(0, 0, 10, Outcome.TRUNCATED, error="no gRPC status")
    (exchange,) = exchanges_of([cut], TAG, {}, 0)
    assert not exchange.believed_ok


@pytest.mark.parametrize(
    ("outcome", "code", "believed"),
    [
        (Outcome.TRUNCATED, 0, True),
        (Outcome.TRUNCATED, 1, False),
        (Outcome.TRUNCATED, None, False),
        (Outcome.SERVER_ERROR, 0, False),
        (Outcome.OK, 1, True),
    ],
)
def test_a_cut_answer_is_taken_for_a_success_by_a_command_that_says_all_went_well(
    *, outcome: Outcome, code: int | None, believed: bool
) -> None:
    (exchange,) = exchanges_of([hop(0, 0, 10, outcome)], TAG, {}, code)
    assert exchange.believed_ok is believed
    assert exchange.outcome is outcome


def test_touches_lie_on_the_request_that_they_were_of_and_waits_between_two() -> None:
    hops = [hop(0, 0, 1_000_000_000, FAILED), hop(1, 3_000_000_000, 4_000_000_000, Outcome.OK)]
    touches = {("injector-0", 0): [Touch(fault="outage", action="answered", at_ns=1)]}
    made = exchanges_of(hops, TAG, touches, 0)
    assert [attempt.touched for attempt in made[0].attempts] == [True, False]
    assert [attempt.key for attempt in made[0].attempts] == [0, 1]
    summary = command_summary(made, 0)
    assert (summary.exchanges, summary.attempts, summary.retries, summary.failed) == (1, 2, 1, 0)
    assert summary.waits_s == (2.0,)


def test_a_record_of_a_command_says_so_and_how_it_ended() -> None:
    start = EventFact(spool="c", name="command_start", at_ns=0)
    end = EventFact(spool="c", name="command_end", at_ns=1, facts={"exit_code": 3})
    assert is_command([start, end])
    assert not is_command([end])
    assert exit_code([start, end]) == 3
    assert exit_code([start]) is None


def test_an_attempt_and_its_request_at_the_proxy_are_two_spans() -> None:
    (exchange,) = exchanges_of([hop(0, 0, 10, Outcome.OK)], TAG, {}, 0)
    assert exchange.attempts[0].span_id != span_id(exchange.trace_id, "hop injector-0 0")
