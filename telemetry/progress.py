"""How a run goes while it goes: a few counts kept up to date row by row, nothing read twice."""

import statistics
from collections import Counter

import msgspec

from telemetry.clock import nanoseconds, seconds
from telemetry.identity import GATEWAY, exchange_number, is_canary
from telemetry.rows import (
    AnyRow,
    AttemptEnded,
    Event,
    ExchangeEnded,
    ExchangePlanned,
    FaultTouched,
    HopBegun,
)


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """What a person watching a run wants to know, as of now; canaries are left out.

    `exchanges`, `failed` and `touched` (attestations, bystanders' too) count from the start.
    `ended_lately` and what follows are about the exchanges that ended in the last `span_s`
    seconds: `served` by the endpoint that answered, `time_to_first_token_p50_s` from the planned
    start, None when none succeeded. `touched_by` parts `touched` by fault. `breakers` counts, by
    endpoint and state, the breakers that changed at least once: the others are still closed.
    """

    exchanges: int
    in_flight: int
    failed: int
    touched: int
    span_s: float
    ended_lately: int
    failed_lately: int
    served: dict[str, int]
    time_to_first_token_p50_s: float | None = None
    touched_by: dict[str, int] = {}
    breakers: dict[str, dict[str, int]] = {}


class _Ended(msgspec.Struct, frozen=True):
    at_ns: int
    served_by: str
    succeeded: bool
    time_to_first_token_s: float | None


class LiveView:
    """Takes the rows of a run in the order in which they arrive."""

    def __init__(self, span_s: float = 2.0) -> None:
        """`span_s`: how far back "lately" reaches."""
        self._span_s = span_s
        self._exchanges = self._failed = 0
        self._touched: Counter[str] = Counter()
        self._breakers: dict[str, dict[int, str]] = {}
        self._planned_ns: dict[int, int] = {}
        self._last_hop: dict[int, str] = {}
        self._first_token_ns: dict[int, int] = {}
        self._lately: list[_Ended] = []

    def take(self, row: AnyRow) -> None:
        """Take one row of any spool."""
        match row:
            case ExchangePlanned() if not is_canary(row.exchange):
                self._exchanges += 1
                self._planned_ns[row.exchange] = row.planned_ns
            case HopBegun() if row.joined_by:
                self._last_hop[exchange_number(row.trace_id)] = row.endpoint
            case AttemptEnded() if row.outcome.succeeded and row.first_token_ns is not None:
                self._first_token_ns[row.exchange] = row.first_token_ns
            case ExchangeEnded():
                self._end(row)
            case FaultTouched():
                self._touched[row.fault] += 1
            case Event(name="breaker"):
                self._turn(row)

    def progress(self, now_ns: int) -> Progress:
        """Return how the run goes at `now_ns`."""
        since_ns = now_ns - nanoseconds(self._span_s)
        self._lately = [ended for ended in self._lately if ended.at_ns > since_ns]
        waits = [
            ended.time_to_first_token_s
            for ended in self._lately
            if ended.time_to_first_token_s is not None
        ]
        return Progress(
            exchanges=self._exchanges,
            in_flight=len(self._planned_ns),
            failed=self._failed,
            touched=self._touched.total(),
            span_s=self._span_s,
            ended_lately=len(self._lately),
            failed_lately=sum(not ended.succeeded for ended in self._lately),
            served=dict(Counter(ended.served_by for ended in self._lately if ended.succeeded)),
            time_to_first_token_p50_s=statistics.median(waits) if waits else None,
            touched_by=dict(self._touched),
            breakers={
                endpoint: dict(Counter(states.values()))
                for endpoint, states in self._breakers.items()
            },
        )

    def _turn(self, row: Event) -> None:
        states = self._breakers.setdefault(row.subject, {})
        states[int(row.facts["replica"] or 0)] = str(row.facts["state"])

    def _end(self, row: ExchangeEnded) -> None:
        planned_ns = self._planned_ns.pop(row.exchange, None)
        first_token_ns = self._first_token_ns.pop(row.exchange, None)
        if planned_ns is None:
            return
        succeeded = row.outcome.succeeded
        self._failed += not succeeded
        wait_s = seconds(first_token_ns - planned_ns) if succeeded and first_token_ns else None
        # Which endpoint answered a gateway is known from the proxies alone: the last that it asked.
        last_hop = self._last_hop.pop(row.exchange, "")
        served_by = last_hop if row.served_by == GATEWAY else row.served_by
        self._lately.append(_Ended(row.end_ns, served_by, succeeded, wait_s))
