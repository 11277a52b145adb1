"""The failover client as a state machine: in come what happened and when, out come moves.

Endpoints are tried in the route's order, each up to `attempts_per_endpoint` times, skipping those
whose breaker is open or that said how long to wait. Once content reached the user there is no way
back: how that attempt ends is how the exchange ends. A refusal of the question itself
(`client_error`, `content_filtered`) is not taken elsewhere. When no endpoint may be asked the
exchange fails at once: a try in spite of open breakers would be the load that keeps them open. Only
where an endpoint said how long to wait, no other is left, and it is at most `max_retry_after_s`,
the exchange waits, once, and may then ask that endpoint once more.
"""

import math
from collections.abc import Callable

from loadgen.config import Route, Timeouts
from loadgen.failover.breaker import Breaker, Permit, State
from loadgen.failover.budget import Budget
from loadgen.failover.moves import Cancel, Deliver, Fail, Moves, Start, WakeAt
from telemetry.outcome import Outcome

BELIEVED = frozenset({Outcome.OK, Outcome.INCOMPLETE})
"""Endings that a client takes for a success: it does not count the tokens of an answer."""


class Replica:
    """One client of several: the breakers and the budget that its exchanges share."""

    def __init__(
        self, route: Route, changed: Callable[[str, State], None] = lambda _endpoint, _state: None
    ) -> None:
        """Start with all breakers closed; `changed` is told (endpoint, state) when one changes."""
        self.route = route
        self.budget = Budget(route.retry_budget)
        self.breakers = {
            endpoint: Breaker(route.breaker, _told(changed, endpoint)) for endpoint in route.order
        }

    def exchange(self, *, stream: bool = True) -> "Failover":
        """Return the state machine of one new exchange."""
        return Failover(self, stream=stream)


class Failover:
    """One exchange. Every method takes the time in seconds and returns what to do about it.

    What happens to attempts that are over is ignored. After Deliver or Fail there are no moves.
    Not streamed, an answer comes in one piece, so only connecting and the total time are limited.
    """

    def __init__(self, replica: Replica, *, stream: bool = True) -> None:
        self._replica = replica
        self._order = replica.route.order
        self._tries = dict.fromkeys(self._order, 0)
        self._waits: dict[str, float] = {}
        self._wait_until_s = -math.inf
        self._one_more_at = ""
        self._current: _Try | None = None
        self._attempts = 0
        self._last = Outcome.NO_ENDPOINT
        self._last_call = False
        self._wake_s = math.inf
        self._stream = stream
        self.over = False

    def begin(self, now_s: float) -> Moves:
        """Take the user's question."""
        self._replica.budget.count_exchange(now_s)
        return self._next(now_s)

    def started(self, now_s: float, attempt: int) -> Moves:
        """Take note that the connection stands and the request is on its way."""
        current = self._current_if(attempt)
        if current is None:
            return ()
        current.started_s = now_s
        return self._watch()

    def token(self, now_s: float, attempt: int) -> Moves:
        """Take note of content, which went on to the user."""
        current = self._current_if(attempt)
        if current is None:
            return ()
        current.token_s = now_s
        return self._watch()

    def ended(self, now_s: float, attempt: int, outcome: Outcome = Outcome.OK) -> Moves:
        """Take the end of an answer that is whole, as far as a client can tell."""
        del now_s
        current = self._current_if(attempt)
        if current is None:
            return ()
        self._breaker(current).succeeded(current.permit)
        return self._finish(Deliver(attempt=attempt, outcome=outcome))

    def failed(
        self, now_s: float, attempt: int, outcome: Outcome, retry_after_s: float | None = None
    ) -> Moves:
        """Take a failure; `retry_after_s` if the endpoint said how long to wait."""
        current = self._current_if(attempt)
        if current is None:
            return ()
        self._learn(current, now_s, outcome, retry_after_s)
        self._current = None
        self._last = outcome
        if current.delivered or not outcome.worth_another_endpoint:
            return self._finish(Fail(outcome=outcome))
        return self._next(now_s)

    def timer(self, now_s: float) -> Moves:
        """Look at the deadlines: it is as late as a WakeAt asked for."""
        self._wake_s = math.inf
        if self.over:
            return ()
        if self._current is None:
            return self._next(now_s) if now_s >= self._wait_until_s else self._watch()
        deadline_s, outcome = self._current.deadline(self._replica.route.timeouts)
        if now_s < deadline_s:
            return self._watch()
        attempt = self._current.attempt
        cancel = Cancel(attempt=attempt, outcome=outcome)
        return (cancel, *self.failed(now_s, attempt, outcome))

    def last_call(self, now_s: float) -> Moves:
        """No further attempt may begin; one under way may end by itself."""
        del now_s
        self._last_call = True
        if self.over or self._current is not None:
            return ()
        return self._finish(Fail(outcome=self._last if self._attempts else Outcome.CANCELLED))

    def abandon(self, now_s: float, outcome: Outcome) -> Moves:
        """Nobody waits any more: the exchange ends as `outcome`."""
        if self.over:
            return ()
        fail = self._finish(Fail(outcome=outcome))
        current, self._current = self._current, None
        if current is None:
            return fail
        self._breaker(current).called_off(current.permit, now_s)
        return (Cancel(attempt=current.attempt, outcome=Outcome.CANCELLED), *fail)

    def _next(self, now_s: float) -> Moves:
        if self._last_call or not self._may_try(now_s):
            return self._finish(Fail(outcome=self._last))
        for endpoint in self._order:
            if self._has_tries_left(endpoint) and self._ready_at(endpoint, now_s) <= now_s:
                return self._start(now_s, endpoint)
        return self._wait_or_fail(now_s)

    def _may_try(self, now_s: float) -> bool:
        return self._attempts == 0 or self._replica.budget.allows(now_s)

    def _has_tries_left(self, endpoint: str) -> bool:
        limit = self._replica.route.attempts_per_endpoint
        return self._tries[endpoint] < limit + (endpoint == self._one_more_at)

    def _ready_at(self, endpoint: str, now_s: float) -> float:
        breaker = self._replica.breakers[endpoint]
        return max(breaker.ready_at(now_s), self._waits.get(endpoint, now_s))

    def _start(self, now_s: float, endpoint: str) -> Moves:
        if self._attempts:
            self._replica.budget.spend(now_s)
        start = Start(attempt=self._attempts, endpoint=endpoint, key=self._tries[endpoint])
        self._attempts += 1
        self._tries[endpoint] += 1
        permit = self._replica.breakers[endpoint].take()
        self._current = _Try(start, permit, now_s, stream=self._stream)
        return (start, *self._watch())

    def _wait_or_fail(self, now_s: float) -> Moves:
        latest_s = now_s + self._replica.route.max_retry_after_s
        waits = [
            (self._ready_at(endpoint, now_s), rank)
            for rank, endpoint in enumerate(self._order)
            if self._said_wait(endpoint, now_s)
        ]
        at_s, rank = min(waits, default=(math.inf, 0))
        if self._has_waited or at_s > latest_s:
            return self._finish(Fail(outcome=self._last))
        if not self._has_tries_left(self._order[rank]):
            self._one_more_at = self._order[rank]
        self._wait_until_s = at_s
        return self._watch()

    @property
    def _has_waited(self) -> bool:
        return self._wait_until_s > -math.inf

    def _said_wait(self, endpoint: str, now_s: float) -> bool:
        mine = self._waits.get(endpoint, now_s) > now_s
        return mine or self._replica.breakers[endpoint].said_wait(now_s)

    def _learn(
        self, current: "_Try", now_s: float, outcome: Outcome, retry_after_s: float | None
    ) -> None:
        if not outcome.worth_another_endpoint:
            # It refused the question, so it works.
            self._breaker(current).succeeded(current.permit)
            return
        if retry_after_s is not None:
            self._waits[current.endpoint] = now_s + retry_after_s
        self._breaker(current).failed(current.permit, now_s, retry_after_s)

    def _breaker(self, current: "_Try") -> Breaker:
        return self._replica.breakers[current.endpoint]

    def _current_if(self, attempt: int) -> "_Try | None":
        current = self._current
        return current if current is not None and current.attempt == attempt else None

    def _watch(self) -> Moves:
        if self._current is None:
            return self._wake(self._wait_until_s)
        return self._wake(self._current.deadline(self._replica.route.timeouts)[0])

    def _wake(self, at_s: float) -> Moves:
        # A wake that is still to come looks at the deadline as it is then: no timer per token.
        if at_s >= self._wake_s:
            return ()
        self._wake_s = at_s
        return (WakeAt(at_s=at_s),)

    def _finish(self, last: Deliver | Fail) -> Moves:
        if isinstance(last, Deliver):
            self._current = None
        self.over = True
        return (last,)


class _Try:
    """The attempt under way."""

    def __init__(self, start: Start, permit: Permit, now_s: float, *, stream: bool) -> None:
        self.attempt = start.attempt
        self.endpoint = start.endpoint
        self.permit = permit
        self.begun_s = now_s
        self.started_s: float | None = None
        self.token_s: float | None = None
        self._stream = stream

    @property
    def delivered(self) -> bool:
        return self.token_s is not None

    def deadline(self, timeouts: Timeouts) -> tuple[float, Outcome]:
        """Return when this try has taken too long, and what it is called then."""
        step = self._step(timeouts)
        total_s = self.begun_s + timeouts.total_s
        late = Outcome.STALLED if self.delivered else Outcome.FIRST_TOKEN_TIMEOUT
        return min(step, (total_s, late), key=lambda limit: limit[0])

    def _step(self, timeouts: Timeouts) -> tuple[float, Outcome]:
        if self.token_s is not None:
            return self.token_s + timeouts.gap_s, Outcome.STALLED
        if self.started_s is None:
            return self.begun_s + timeouts.connect_s, Outcome.CONNECT_TIMEOUT
        if not self._stream:
            return math.inf, Outcome.FIRST_TOKEN_TIMEOUT
        return self.started_s + timeouts.first_token_s, Outcome.FIRST_TOKEN_TIMEOUT


def _told(changed: Callable[[str, State], None], endpoint: str) -> Callable[[State], None]:
    return lambda state: changed(endpoint, state)
