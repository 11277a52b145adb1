import pytest

from loadgen.config import Breaker, RetryBudget, Route, Timeouts
from loadgen.failover.breaker import State
from loadgen.failover.moves import Cancel, Deliver, Fail, Moves, Start, WakeAt
from loadgen.failover.policy import Replica
from telemetry.outcome import Outcome

TIMEOUTS = Timeouts(connect_s=1, first_token_s=3, gap_s=2, total_s=20)


def route(**changes: object) -> Route:
    facts: dict[str, object] = {"order": ("azure", "vertex"), "timeouts": TIMEOUTS, **changes}
    return Route(**facts)  # type: ignore[arg-type]  # each test names fields that there are


def starts(moves: Moves) -> list[tuple[int, str, int]]:
    return [(m.attempt, m.endpoint, m.key) for m in moves if isinstance(m, Start)]


def endings(moves: Moves) -> list[Deliver | Fail]:
    return [m for m in moves if isinstance(m, Deliver | Fail)]


def wakes(moves: Moves) -> list[float]:
    return [m.at_s for m in moves if isinstance(m, WakeAt)]


def test_the_first_endpoint_is_asked_first() -> None:
    assert starts(Replica(route()).exchange().begin(0)) == [(0, "azure", 0)]


def test_a_whole_answer_is_delivered() -> None:
    exchange = Replica(route()).exchange()
    exchange.begin(0)
    exchange.started(0.01, 0)
    exchange.token(0.5, 0)
    assert exchange.ended(1, 0) == (Deliver(attempt=0, outcome=Outcome.OK),)
    assert exchange.over


def test_an_answer_that_only_a_measuring_client_doubts_is_delivered_too() -> None:
    exchange = Replica(route()).exchange()
    exchange.begin(0)
    moves = exchange.ended(1, 0, Outcome.INCOMPLETE)
    assert endings(moves) == [Deliver(attempt=0, outcome=Outcome.INCOMPLETE)]


def test_a_failure_moves_to_the_next_endpoint_at_once() -> None:
    exchange = Replica(route()).exchange()
    exchange.begin(0)
    assert starts(exchange.failed(0.1, 0, Outcome.SERVER_ERROR)) == [(1, "vertex", 0)]


def test_when_all_have_failed_the_last_failure_is_the_exchanges() -> None:
    exchange = Replica(route()).exchange()
    exchange.begin(0)
    exchange.failed(0.1, 0, Outcome.SERVER_ERROR)
    moves = exchange.failed(0.2, 1, Outcome.CONNECT_REFUSED)
    assert endings(moves) == [Fail(outcome=Outcome.CONNECT_REFUSED)]


def test_an_endpoint_gets_its_tries_before_the_next_and_each_its_own_key() -> None:
    exchange = Replica(route(attempts_per_endpoint=2)).exchange()
    seen = starts(exchange.begin(0))
    for attempt in range(3):
        seen += starts(exchange.failed(0.1, attempt, Outcome.SERVER_ERROR))
    assert seen == [(0, "azure", 0), (1, "azure", 1), (2, "vertex", 0), (3, "vertex", 1)]


@pytest.mark.parametrize("outcome", [Outcome.CLIENT_ERROR, Outcome.CONTENT_FILTERED])
def test_a_refused_question_is_not_taken_elsewhere(outcome: Outcome) -> None:
    exchange = Replica(route()).exchange()
    exchange.begin(0)
    assert exchange.failed(0.1, 0, outcome) == (Fail(outcome=outcome),)


def test_after_content_reached_the_user_there_is_no_way_back() -> None:
    exchange = Replica(route()).exchange()
    exchange.begin(0)
    exchange.token(0.5, 0)
    moves = exchange.failed(0.6, 0, Outcome.RESET_MID_STREAM)
    assert moves == (Fail(outcome=Outcome.RESET_MID_STREAM),)


def test_a_slow_connection_is_abandoned() -> None:
    exchange = Replica(route()).exchange()
    assert wakes(exchange.begin(10)) == [11]
    moves = exchange.timer(11)
    assert moves[0] == Cancel(attempt=0, outcome=Outcome.CONNECT_TIMEOUT)
    assert starts(moves) == [(1, "vertex", 0)]


def test_the_first_token_has_its_time_from_when_the_request_was_sent() -> None:
    exchange = Replica(route()).exchange()
    exchange.begin(0)
    exchange.started(0.5, 0)
    assert wakes(exchange.timer(1)) == [3.5]
    assert exchange.timer(3.5)[0] == Cancel(attempt=0, outcome=Outcome.FIRST_TOKEN_TIMEOUT)


def test_a_gap_that_is_too_long_is_a_stall() -> None:
    exchange = Replica(route()).exchange()
    exchange.begin(0)
    exchange.started(0.1, 0)
    assert wakes(exchange.token(0.2, 0)) == []
    assert wakes(exchange.timer(1)) == [2.2]
    assert exchange.token(2.0, 0) == ()
    assert wakes(exchange.timer(2.2)) == [4]
    assert exchange.timer(4) == (
        Cancel(attempt=0, outcome=Outcome.STALLED),
        Fail(outcome=Outcome.STALLED),
    )


def test_an_answer_that_trickles_for_ever_is_cut_at_the_total() -> None:
    exchange = Replica(route()).exchange()
    exchange.begin(0)
    exchange.started(0.1, 0)
    for second in range(20):
        exchange.token(second + 0.5, 0)
        assert not endings(exchange.timer(second + 0.9))
    assert exchange.timer(20)[0] == Cancel(attempt=0, outcome=Outcome.STALLED)


def test_an_answer_in_one_piece_may_take_the_total_time() -> None:
    exchange = Replica(route()).exchange(stream=False)
    exchange.begin(0)
    exchange.started(0.1, 0)
    assert wakes(exchange.timer(1)) == [20]
    assert exchange.timer(20)[0] == Cancel(attempt=0, outcome=Outcome.FIRST_TOKEN_TIMEOUT)


def test_what_happens_to_an_abandoned_attempt_is_ignored() -> None:
    exchange = Replica(route()).exchange()
    exchange.begin(0)
    exchange.timer(1)
    assert exchange.token(1.1, 0) == ()
    assert exchange.ended(1.2, 0) == ()
    assert exchange.failed(1.3, 0, Outcome.SERVER_ERROR) == ()
    assert not exchange.over


def fail_exchanges(replica: Replica, count: int, now_s: float = 0.0) -> None:
    """Let the first endpoint fail and the second one answer."""
    for _ in range(count):
        exchange = replica.exchange()
        exchange.begin(now_s)
        exchange.failed(now_s, 0, Outcome.SERVER_ERROR)
        exchange.ended(now_s, 1)


def test_a_broken_endpoint_is_left_alone_then_probed_once_then_used_again() -> None:
    told: list[tuple[str, State]] = []
    replica = Replica(route(breaker=Breaker(failures=2, cooldown_s=5)), lambda *it: told.append(it))
    fail_exchanges(replica, 2)
    assert starts(replica.exchange().begin(4.9)) == [(0, "vertex", 0)]
    probe = replica.exchange()
    assert starts(probe.begin(5)) == [(0, "azure", 0)]
    assert starts(replica.exchange().begin(5.1)) == [(0, "vertex", 0)]
    probe.ended(6, 0)
    assert starts(replica.exchange().begin(6)) == [(0, "azure", 0)]
    assert told == [("azure", s) for s in (State.OPEN, State.HALF_OPEN, State.CLOSED)]


def test_without_a_breaker_every_exchange_tries_the_first_again() -> None:
    replica = Replica(route(breaker=Breaker(enabled=False)))
    for _ in range(20):
        exchange = replica.exchange()
        assert starts(exchange.begin(0)) == [(0, "azure", 0)]
        exchange.failed(0, 0, Outcome.RATE_LIMITED, 60)
        exchange.ended(0, 1)


def test_with_every_breaker_open_an_exchange_fails_at_once() -> None:
    replica = Replica(route(order=("azure",), breaker=Breaker(failures=1)))
    exchange = replica.exchange()
    exchange.begin(0)
    exchange.failed(0, 0, Outcome.SERVER_ERROR)
    assert replica.exchange().begin(1) == (Fail(outcome=Outcome.NO_ENDPOINT),)


def test_an_empty_budget_ends_the_exchange_with_what_it_has() -> None:
    replica = Replica(route(retry_budget=RetryBudget(ratio=0, min_per_s=0)))
    exchange = replica.exchange()
    exchange.begin(0)
    assert exchange.failed(0, 0, Outcome.SERVER_ERROR) == (Fail(outcome=Outcome.SERVER_ERROR),)


def test_retry_after_is_not_waited_for_while_another_endpoint_is_left() -> None:
    exchange = Replica(route()).exchange()
    exchange.begin(0)
    assert starts(exchange.failed(0.1, 0, Outcome.RATE_LIMITED, 1)) == [(1, "vertex", 0)]


def test_an_endpoint_that_said_wait_is_not_asked_by_other_exchanges_either() -> None:
    replica = Replica(route())
    exchange = replica.exchange()
    exchange.begin(0)
    exchange.failed(0, 0, Outcome.RATE_LIMITED, 7)
    assert starts(replica.exchange().begin(6.9)) == [(0, "vertex", 0)]
    assert starts(replica.exchange().begin(7)) == [(0, "azure", 0)]


def test_a_short_retry_after_is_waited_for_when_no_other_endpoint_is_left() -> None:
    exchange = Replica(route(order=("azure",))).exchange()
    exchange.begin(0)
    exchange.started(0, 0)
    assert wakes(exchange.failed(0.5, 0, Outcome.RATE_LIMITED, 1.5)) == []
    assert wakes(exchange.timer(1)) == [2]
    assert starts(exchange.timer(2)) == [(1, "azure", 1)]
    moves = exchange.failed(2.1, 1, Outcome.RATE_LIMITED, 1.5)
    assert endings(moves) == [Fail(outcome=Outcome.RATE_LIMITED)]


def test_a_long_retry_after_is_not_waited_for() -> None:
    exchange = Replica(route(order=("azure",))).exchange()
    exchange.begin(0)
    moves = exchange.failed(0.1, 0, Outcome.RATE_LIMITED, 2.1)
    assert moves == (Fail(outcome=Outcome.RATE_LIMITED),)


def test_waiting_before_the_first_attempt_gives_no_further_try() -> None:
    replica = Replica(route(order=("azure",)))
    first = replica.exchange()
    first.begin(0)
    first.failed(0, 0, Outcome.RATE_LIMITED, 1)
    second = replica.exchange()
    assert wakes(second.begin(0.5)) == [1]
    assert starts(second.timer(1)) == [(0, "azure", 0)]
    assert endings(second.failed(1, 0, Outcome.SERVER_ERROR)) == [
        Fail(outcome=Outcome.SERVER_ERROR)
    ]


def test_after_the_last_call_an_attempt_may_end_but_none_begins() -> None:
    replica = Replica(route())
    good, bad = replica.exchange(), replica.exchange()
    for exchange in (good, bad):
        exchange.begin(0)
        assert exchange.last_call(0.1) == ()
    assert endings(good.ended(1, 0)) == [Deliver(attempt=0, outcome=Outcome.OK)]
    assert bad.failed(1, 0, Outcome.SERVER_ERROR) == (Fail(outcome=Outcome.SERVER_ERROR),)


def test_the_last_call_ends_an_exchange_that_waits() -> None:
    exchange = Replica(route(order=("azure",))).exchange()
    exchange.begin(0)
    exchange.failed(0, 0, Outcome.RATE_LIMITED, 1)
    assert exchange.last_call(0.5) == (Fail(outcome=Outcome.RATE_LIMITED),)
    assert exchange.timer(1) == ()


def test_an_abandoned_exchange_cancels_its_attempt() -> None:
    exchange = Replica(route()).exchange()
    exchange.begin(0)
    assert exchange.abandon(1, Outcome.UNFINISHED) == (
        Cancel(attempt=0, outcome=Outcome.CANCELLED),
        Fail(outcome=Outcome.UNFINISHED),
    )
    assert exchange.abandon(2, Outcome.UNFINISHED) == ()


def test_an_abandoned_probe_frees_the_breaker_for_the_next() -> None:
    replica = Replica(route(breaker=Breaker(failures=1, cooldown_s=5)))
    fail_exchanges(replica, 1)
    probe = replica.exchange()
    probe.begin(5)
    probe.abandon(6, Outcome.UNFINISHED)
    assert starts(replica.exchange().begin(6)) == [(0, "azure", 0)]
