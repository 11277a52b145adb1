"""Whatever happens, in whatever order: the laws that every exchange and every replica keep."""

import math
from collections import defaultdict
from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st

from loadgen.config import Breaker, RetryBudget, Route, Timeouts
from loadgen.failover.breaker import State
from loadgen.failover.budget import WINDOW_S
from loadgen.failover.moves import Cancel, Deliver, Fail, Moves, Start, WakeAt
from loadgen.failover.policy import Failover, Replica
from telemetry.outcome import Outcome

routes = st.builds(
    Route,
    order=st.sampled_from([("a",), ("a", "b"), ("a", "b", "c")]),
    attempts_per_endpoint=st.integers(1, 3),
    breaker=st.builds(
        Breaker,
        enabled=st.booleans(),
        failures=st.integers(1, 3),
        cooldown_s=st.sampled_from([0.5, 3.0]),
    ),
    timeouts=st.just(Timeouts(connect_s=1.0, first_token_s=2.0, gap_s=1.5, total_s=6.0)),
    retry_budget=st.builds(
        RetryBudget,
        ratio=st.sampled_from([0.0, 0.2, 1.0]),
        min_per_s=st.sampled_from([0.0, 0.1, 1.0]),
    ),
    max_retry_after_s=st.sampled_from([0.0, 2.0]),
)
happenings = st.sampled_from(
    [
        *("ask", "ask", "start", "token", "end", "fail", "fail", "fail"),
        *("wait", "wait_long", "refuse", "abandon", "last_call", "nothing"),
    ]
)
steps = st.lists(
    st.tuples(st.sampled_from([0.0, 0.1, 0.6, 1.2]), happenings, st.integers(0, 3)),
    min_size=20,
    max_size=80,
)


@dataclass
class Asked:
    """One exchange with what it did so far."""

    policy: Failover
    current: Start | None = None
    wake_s: float = math.inf
    starts: list[str] = field(default_factory=list)
    endings: int = 0
    delivered: bool = False
    last_call: bool = False
    waits: dict[str, float] = field(default_factory=dict)


class World:
    """Plays steps against one replica on a clock of its own, and holds every move to the laws."""

    def __init__(self, route: Route) -> None:
        self.now_s = 0.0
        self.route = route
        self.replica = Replica(route, self.told)
        self.asked: list[Asked] = []
        self.exchanges_at: list[float] = []
        self.retries_at: list[float] = []
        self.states = dict.fromkeys(route.order, State.CLOSED)
        self.opened_at: dict[str, float] = {}
        self.probes: dict[str, int] = defaultdict(int)
        self.waits: dict[str, float] = {}
        self.failing = False

    def told(self, endpoint: str, state: State) -> None:
        if state is State.OPEN and self.failing:
            self.opened_at[endpoint] = self.now_s
        if state is State.OPEN and not self.failing:
            self.opened_at[endpoint] = -math.inf
        if state is State.HALF_OPEN:
            assert self.states[endpoint] is State.OPEN
            assert self.now_s >= self.opened_at[endpoint] + self.route.breaker.cooldown_s
            self.probes[endpoint] = 0
        self.states[endpoint] = state

    def advance(self, to_s: float) -> None:
        while True:
            due = min(self.asked, key=lambda a: a.wake_s, default=None)
            if due is None or due.wake_s > to_s:
                break
            self.now_s = max(self.now_s, due.wake_s)
            due.wake_s = math.inf
            self.failing = True
            self.obey(due, due.policy.timer(self.now_s))
        self.now_s = to_s

    def step(self, happening: str, pick: int) -> None:
        if happening == "ask":
            self.ask()
        elif self.asked:
            self.happen(self.asked[-1 - pick % len(self.asked)], happening)

    def ask(self) -> None:
        asked = Asked(self.replica.exchange())
        self.asked.append(asked)
        self.exchanges_at.append(self.now_s)
        self.obey(asked, asked.policy.begin(self.now_s))

    def happen(self, asked: Asked, happening: str) -> None:
        self.failing = happening != "abandon"
        if happening == "abandon":
            self.obey(asked, asked.policy.abandon(self.now_s, Outcome.UNFINISHED))
        elif happening == "last_call":
            asked.last_call = True
            self.obey(asked, asked.policy.last_call(self.now_s))
        elif asked.current is not None:
            self.obey(asked, self.attempt(asked, asked.current, happening))

    def attempt(self, asked: Asked, start: Start, happening: str) -> Moves:
        policy, now_s, number = asked.policy, self.now_s, start.attempt
        if happening == "start":
            return policy.started(now_s, number)
        if happening == "token":
            asked.delivered = True
            return policy.token(now_s, number)
        if happening == "nothing":
            return ()
        asked.current = None
        if happening == "end":
            return policy.ended(now_s, number)
        return policy.failed(now_s, number, *self.failure(asked, start, happening))

    def failure(self, asked: Asked, start: Start, happening: str) -> tuple[Outcome, float | None]:
        if not happening.startswith("wait"):
            return (Outcome.CLIENT_ERROR if happening == "refuse" else Outcome.SERVER_ERROR), None
        wait_s = 1.0 if happening == "wait" else 9.0
        known = self.waits if self.route.breaker.enabled else asked.waits
        known[start.endpoint] = max(known.get(start.endpoint, 0.0), self.now_s + wait_s)
        return Outcome.RATE_LIMITED, wait_s

    def obey(self, asked: Asked, moves: Moves) -> None:
        for move in moves:
            assert asked.endings == 0, "a move after the end"
            if isinstance(move, Start):
                self.begin(asked, move)
            elif isinstance(move, Cancel):
                assert asked.current is not None
                assert move.attempt == asked.current.attempt
                asked.current = None
            elif isinstance(move, WakeAt):
                assert move.at_s < asked.wake_s
                asked.wake_s = move.at_s
            else:
                self.end(asked, move)

    def begin(self, asked: Asked, start: Start) -> None:
        assert asked.current is None, "two attempts at once"
        assert not asked.delivered, "an attempt after content"
        assert not asked.last_call
        assert start.attempt == len(asked.starts)
        assert start.key == asked.starts.count(start.endpoint)
        self.check_budget(asked)
        self.check_breaker(start.endpoint)
        for known in (self.waits, asked.waits):
            assert self.now_s >= known.get(start.endpoint, 0.0), "asked before Retry-After"
        asked.starts.append(start.endpoint)
        asked.current = start

    def check_budget(self, asked: Asked) -> None:
        if not asked.starts:
            return
        self.retries_at.append(self.now_s)
        budget = self.route.retry_budget
        allowed = budget.ratio * self.recent(self.exchanges_at) + budget.min_per_s * WINDOW_S
        assert self.recent(self.retries_at) <= allowed

    def recent(self, times: list[float]) -> int:
        return sum(at_s > self.now_s - WINDOW_S for at_s in times)

    def check_breaker(self, endpoint: str) -> None:
        assert self.states[endpoint] is not State.OPEN, "asked while open"
        if self.states[endpoint] is State.HALF_OPEN:
            self.probes[endpoint] += 1
            assert self.probes[endpoint] == 1, "a second probe"

    def end(self, asked: Asked, move: Deliver | Fail) -> None:
        asked.endings += 1
        asked.wake_s = math.inf
        assert asked.current is None, "ended with an attempt under way"
        if isinstance(move, Fail):
            assert move.outcome is not Outcome.OK


@settings(max_examples=300)
@given(route=routes, steps=steps)
def test_the_laws_hold_whatever_happens(route: Route, steps: list[tuple[float, str, int]]) -> None:
    world = World(route)
    for wait_s, happening, pick in steps:
        world.advance(world.now_s + wait_s)
        world.step(happening, pick)
    world.advance(world.now_s + 1000)
    assert [asked.endings for asked in world.asked] == [1] * len(world.asked)
    most = len(route.order) * route.attempts_per_endpoint + 1
    assert all(len(asked.starts) <= most for asked in world.asked)
    first = world.replica.exchange().begin(world.now_s)[0]
    assert isinstance(first, Start), "no endpoint is ever asked again"
    assert first.endpoint == route.order[0]
    if not route.breaker.enabled:
        assert set(world.states.values()) == {State.CLOSED}


@given(route=routes, count=st.integers(1, 20))
def test_a_healthy_first_endpoint_serves_everything(route: Route, count: int) -> None:
    replica = Replica(route)
    for second in range(count):
        exchange = replica.exchange()
        (start, *_) = exchange.begin(second)
        assert isinstance(start, Start)
        assert start.endpoint == route.order[0]
        assert isinstance(exchange.ended(second + 0.5, 0)[0], Deliver)
