"""What a provider lets in: quotas per minute, and so many answers at once. Time is an argument.

Azure counts an estimate of prompt + max_tokens when a request arrives, and checks requests over 1
or 10 seconds as well (https://learn.microsoft.com/azure/ai-services/openai/how-to/quota). That its
minute begins with its first request, that Vertex AI's slides, and that Vertex AI counts input
tokens alone, is this project's reading. A refused request uses nothing up. Times are seconds on any
clock that does not go back.
"""

import math
from collections import deque
from enum import Enum
from typing import Generic, TypeVar

import msgspec

MINUTE_S = 60.0


class QuotaRules(msgspec.Struct, frozen=True, kw_only=True):
    """How quotas are enforced: `sliding` windows, or fixed ones that begin with a request.

    `burst_window_s`: a shorter window that requests are checked over as well; 0 for none.
    `counts_max_output`: tokens asked for count as used on arrival.
    """

    sliding: bool
    burst_window_s: float = 0.0
    counts_max_output: bool = False


SLIDING_MINUTE = QuotaRules(sliding=True)
AZURE_MINUTE = QuotaRules(sliding=False, burst_window_s=10.0, counts_max_output=True)


class OverQuota(msgspec.Struct, frozen=True, kw_only=True):
    """A request was over quota: which one, `requests` or `tokens`, and when it would fit."""

    exhausted: str
    retry_after_s: float


class Remaining(msgspec.Struct, frozen=True, kw_only=True):
    """What is left of this minute's quotas; None where there is no quota."""

    requests: int | None
    tokens: int | None


class Window:
    """At most `limit` in `length_s` seconds, counted in windows that begin with their first use."""

    def __init__(self, length_s: float, limit: int) -> None:
        self._length_s = length_s
        self._limit = limit
        self._begin_s = -math.inf
        self._used = 0

    def wait_s(self, now_s: float, amount: int) -> float:
        """Return how long until `amount` fits: 0 is now; too much for any window waits one out."""
        if amount <= self.left(now_s):
            return 0.0
        return self._begin_s + self._length_s - now_s if self._live(now_s) else self._length_s

    def use(self, now_s: float, amount: int) -> None:
        """Count `amount` as used."""
        if not self._live(now_s):
            self._begin_s, self._used = now_s, 0
        self._used += amount

    def left(self, now_s: float) -> int:
        """Return how much more fits now."""
        return max(0, self._limit - self._used) if self._live(now_s) else self._limit

    def _live(self, now_s: float) -> bool:
        return now_s < self._begin_s + self._length_s


class SlidingWindow:
    """At most `limit` within any `length_s` seconds."""

    def __init__(self, length_s: float, limit: int) -> None:
        self._length_s = length_s
        self._limit = limit
        self._uses: deque[tuple[float, int]] = deque()
        self._used = 0

    def wait_s(self, now_s: float, amount: int) -> float:
        """Return how long until `amount` fits: 0 is now; too much for any window waits one out."""
        excess = amount - self.left(now_s)
        if excess <= 0:
            return 0.0
        for used_at_s, used in self._uses:
            excess -= used
            if excess <= 0:
                return used_at_s + self._length_s - now_s
        return self._length_s

    def use(self, now_s: float, amount: int) -> None:
        """Count `amount` as used."""
        self._uses.append((now_s, amount))
        self._used += amount

    def left(self, now_s: float) -> int:
        """Return how much more fits now."""
        while self._uses and self._uses[0][0] + self._length_s <= now_s:
            self._used -= self._uses.popleft()[1]
        return max(0, self._limit - self._used)


class Quota:
    """An endpoint's per-minute quotas under its provider's rules; None is unlimited."""

    def __init__(
        self, rules: QuotaRules, requests_per_minute: int | None, tokens_per_minute: int | None
    ) -> None:
        self._rules = rules
        self._requests = _minute(rules, requests_per_minute)
        self._tokens = _minute(rules, tokens_per_minute)
        self._burst = _burst(rules, requests_per_minute)

    def admit(self, now_s: float, prompt_tokens: int, max_output_tokens: int) -> OverQuota | None:
        """Count a request that arrives now, or say why it may not come in and when to retry."""
        tokens = prompt_tokens + (max_output_tokens if self._rules.counts_max_output else 0)
        uses = [
            (window, name, amount)
            for window, name, amount in (
                (self._requests, "requests", 1),
                (self._burst, "requests", 1),
                (self._tokens, "tokens", tokens),
            )
            if window is not None
        ]
        waits = [(window.wait_s(now_s, amount), name) for window, name, amount in uses]
        longest_s, name = max(waits, default=(0.0, ""))
        if longest_s > 0:
            return OverQuota(exhausted=name, retry_after_s=longest_s)
        for window, _, amount in uses:
            window.use(now_s, amount)
        return None

    def remaining(self, now_s: float) -> Remaining:
        """Return what is left of the minute's quotas."""
        return Remaining(
            requests=None if self._requests is None else self._requests.left(now_s),
            tokens=None if self._tokens is None else self._tokens.left(now_s),
        )


def _minute(rules: QuotaRules, limit: int | None) -> Window | SlidingWindow | None:
    if limit is None:
        return None
    return SlidingWindow(MINUTE_S, limit) if rules.sliding else Window(MINUTE_S, limit)


def _burst(rules: QuotaRules, requests_per_minute: int | None) -> Window | None:
    if requests_per_minute is None or not rules.burst_window_s:
        return None
    share = rules.burst_window_s / MINUTE_S
    return Window(rules.burst_window_s, math.ceil(requests_per_minute * share))


Ticket = TypeVar("Ticket")


class Entry(Enum):
    """What became of a ticket at the door."""

    STARTED = "started"
    QUEUED = "queued"
    FULL = "full"


class Capacity(Generic[Ticket]):
    """At most `limit` at once; `queue` more wait in line, first come first served."""

    def __init__(self, limit: int, queue: int) -> None:
        self._limit = limit
        self._queue = queue
        self._busy: set[Ticket] = set()
        self._waiting: dict[Ticket, None] = {}

    def enter(self, ticket: Ticket) -> Entry:
        """Start, queue or turn away a ticket."""
        if len(self._busy) < self._limit:
            self._busy.add(ticket)
            return Entry.STARTED
        if len(self._waiting) < self._queue:
            self._waiting[ticket] = None
            return Entry.QUEUED
        return Entry.FULL

    def leave(self, ticket: Ticket) -> Ticket | None:
        """Let a ticket go, busy or still waiting; return the one that starts in its place."""
        if ticket in self._waiting:
            del self._waiting[ticket]
            return None
        if ticket not in self._busy:
            return None
        self._busy.remove(ticket)
        if not self._waiting:
            return None
        following = next(iter(self._waiting))
        del self._waiting[following]
        self._busy.add(following)
        return following

    @property
    def share(self) -> float:
        """The share of capacity in use, 0 to 1."""
        return len(self._busy) / self._limit if self._limit else 1.0
