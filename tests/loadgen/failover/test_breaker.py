import math

import pytest

from loadgen.config import Breaker as BreakerConfig
from loadgen.failover.breaker import Breaker, State

CONFIG = BreakerConfig(failures=3, cooldown_s=5)


class Told:
    """A breaker and every state that it told of."""

    def __init__(self, config: BreakerConfig = CONFIG) -> None:
        self.states: list[State] = []
        self.breaker = Breaker(config, self.states.append)

    def fail(self, times: int, now_s: float = 0.0) -> None:
        for _ in range(times):
            self.breaker.failed(self.breaker.take(), now_s)


@pytest.fixture
def told() -> Told:
    return Told()


def test_it_opens_after_that_many_failures_in_a_row(told: Told) -> None:
    told.fail(2)
    assert told.breaker.ready_at(0) == 0
    told.fail(1)
    assert told.states == [State.OPEN]
    assert told.breaker.ready_at(0) == 5


def test_a_success_starts_the_count_again(told: Told) -> None:
    told.fail(2)
    told.breaker.succeeded(told.breaker.take())
    told.fail(2)
    assert told.states == []


def test_after_the_cooldown_exactly_one_probe_passes(told: Told) -> None:
    told.fail(3)
    assert told.breaker.ready_at(6) == 6
    told.breaker.take()
    assert told.states == [State.OPEN, State.HALF_OPEN]
    assert told.breaker.ready_at(6) == math.inf


def test_a_probe_that_succeeds_closes_it(told: Told) -> None:
    told.fail(3)
    told.breaker.succeeded(told.breaker.take())
    assert told.states[-1] is State.CLOSED
    assert told.breaker.ready_at(6) == 6
    told.fail(2)
    assert told.breaker.state is State.CLOSED


def test_a_probe_that_fails_opens_it_for_another_cooldown(told: Told) -> None:
    told.fail(3)
    told.breaker.failed(told.breaker.take(), 7)
    assert told.breaker.ready_at(7) == 12


def test_a_probe_that_is_called_off_leaves_the_next_attempt_to_be_one(told: Told) -> None:
    told.fail(3)
    told.breaker.called_off(told.breaker.take(), 7)
    assert told.breaker.state is State.OPEN
    assert told.breaker.ready_at(7) == 7


def test_attempts_from_before_the_change_say_nothing(told: Told) -> None:
    early = [told.breaker.take() for _ in range(5)]
    told.fail(3)
    told.breaker.succeeded(early[0])
    assert told.states == [State.OPEN]
    told.breaker.take()
    told.breaker.failed(early[1], 20)
    told.breaker.succeeded(early[2])
    told.breaker.called_off(early[3], 20)
    assert told.states == [State.OPEN, State.HALF_OPEN]


def test_an_endpoint_that_said_wait_is_left_alone_though_the_breaker_is_closed(told: Told) -> None:
    told.breaker.failed(told.breaker.take(), 1, retry_after_s=7)
    assert told.breaker.state is State.CLOSED
    assert told.breaker.ready_at(2) == 8
    assert told.breaker.said_wait(2)
    assert not told.breaker.said_wait(8)


def test_the_probe_waits_for_the_longer_of_cooldown_and_retry_after(told: Told) -> None:
    told.fail(2)
    told.breaker.failed(told.breaker.take(), 0, retry_after_s=30)
    assert told.breaker.ready_at(5) == 30


def test_a_shorter_wait_does_not_take_back_a_longer_one(told: Told) -> None:
    told.breaker.failed(told.breaker.take(), 0, retry_after_s=30)
    told.breaker.failed(told.breaker.take(), 1, retry_after_s=2)
    assert told.breaker.ready_at(5) == 30


def test_disabled_it_remembers_nothing() -> None:
    told = Told(BreakerConfig(enabled=False, failures=1))
    told.fail(10)
    told.breaker.failed(told.breaker.take(), 1, retry_after_s=7)
    assert told.states == []
    assert told.breaker.ready_at(1) == 1
