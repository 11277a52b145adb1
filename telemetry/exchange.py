"""One user request with everything done to answer it: the value that every metric reads.

Pure values, assembled from rows by `telemetry.assembly`. Times are CLOCK_MONOTONIC ns of the run's
host; durations that functions return are seconds.
"""

import math
from collections.abc import Sequence
from functools import cached_property

import msgspec

from telemetry.clock import seconds
from telemetry.outcome import Outcome


class Touch(msgspec.Struct, frozen=True, kw_only=True):
    """An attested fault: it changed what the client got from this attempt."""

    fault: str
    action: str
    at_ns: int
    asked_upstream: bool = False
    inferred: bool = False


class Hop(msgspec.Struct, frozen=True, kw_only=True):
    """What the proxy saw of an attempt; the fields are those of its two rows."""

    proxy: str
    hop: int
    endpoint: str
    begin_ns: int
    end_ns: int | None = None
    head_ns: int | None = None
    status: int | None = None
    rpc_status: str | None = None
    mode: str = ""
    ending: str = ""
    asked_upstream: bool = False
    bytes_in: int = 0
    bytes_out: int = 0
    events_out: int = 0
    tokens_up: int | None = None
    error: str | None = None
    joined_by: str = ""
    body_hash: str = ""
    retry_count: int | None = None
    stream: bool | None = None
    outcome: Outcome | None = None
    first_token_ns: int | None = None
    last_token_ns: int | None = None
    largest_gap_ns: int | None = None
    tokens: int | None = None
    missing_tokens: int = 0
    repeated_tokens: int = 0
    usage_prompt_tokens: int | None = None
    usage_output_tokens: int | None = None
    finish_reason: str | None = None
    retry_after_s: float | None = None
    model: str | None = None
    refused_by: str = ""


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """One try at one endpoint, the client's view with the proxy's beside it.

    `parent_span_id` is what a gateway's request carried to the proxy; empty for a client's own.
    """

    exchange: int
    ordinal: int
    endpoint: str
    key: int
    span_id: str
    begin_ns: int
    end_ns: int | None = None
    outcome: Outcome = Outcome.UNFINISHED
    connected_ns: int | None = None
    head_ns: int | None = None
    first_byte_ns: int | None = None
    first_token_ns: int | None = None
    last_token_ns: int | None = None
    largest_gap_ns: int | None = None
    status: int | None = None
    rpc_status: str | None = None
    tokens: int = 0
    missing_tokens: int = 0
    repeated_tokens: int = 0
    usage_prompt_tokens: int | None = None
    usage_output_tokens: int | None = None
    finish_reason: str | None = None
    retry_after_s: float | None = None
    model: str | None = None
    error: str | None = None
    hop: Hop | None = None
    touches: tuple[Touch, ...] = ()
    parent_span_id: str = ""

    @property
    def touched(self) -> bool:
        """True when an attested fault changed this attempt."""
        return bool(self.touches)

    @property
    def native_error(self) -> bool:
        """True for an error of the endpoint that no fault of ours caused."""
        return not self.touches and self.outcome.native_error


class Exchange(msgspec.Struct, frozen=True, kw_only=True):
    """One user request: planned, dispatched, attempted, ended.

    Behind a gateway `front` is the client's one request to it, and `attempts` are what the gateway
    did: the requests at the proxies that joined this exchange, in the order in which they came.
    """

    number: int
    trace_id: str
    replica: int
    planned_ns: int
    dispatched_ns: int
    prompt_tokens: int
    output_tokens: int
    stream: bool = True
    end_ns: int | None = None
    outcome: Outcome = Outcome.UNFINISHED
    believed_ok: bool = False
    served_by: str = ""
    attempts: tuple[Attempt, ...] = ()
    front: Attempt | None = None

    @property
    def succeeded(self) -> bool:
        """True when the user got the whole answer."""
        return self.outcome.succeeded

    @property
    def touched(self) -> bool:
        """True when an attested fault changed any of its attempts."""
        return any(attempt.touched for attempt in self.attempts)

    @property
    def first_touched(self) -> Attempt | None:
        """The earliest attempt that a fault touched."""
        return next((attempt for attempt in self.attempts if attempt.touched), None)

    @property
    def heard(self) -> tuple[Attempt, ...]:
        """The attempts whose bytes the user got: behind a gateway, its own answer alone."""
        return self.attempts if self.front is None else (self.front,)

    @property
    def serving(self) -> Attempt | None:
        """The attempt whose answer the user got; None when there was none."""
        for attempt in reversed(self.attempts):
            if attempt.outcome is Outcome.OK:
                return attempt
        return None

    @property
    def failed_over(self) -> bool:
        """True when another endpoint answered than the one that was asked first."""
        serving = self.serving
        return serving is not None and serving.endpoint != self.attempts[0].endpoint

    @property
    def time_to_first_token_s(self) -> float:
        """First content token minus planned start, in seconds; `inf` unless it succeeded."""
        served = self.serving if self.succeeded else None
        if served is None or served.first_token_ns is None:
            return math.inf
        return seconds(served.first_token_ns - self.planned_ns)

    @property
    def total_s(self) -> float:
        """End minus planned start, in seconds; `inf` unless it succeeded."""
        if not self.succeeded or self.end_ns is None:
            return math.inf
        return seconds(self.end_ns - self.planned_ns)

    def meets(self, start_ns: int, end_ns: int) -> bool:
        """Tell whether [planned start, end] meets [start, end); unended reaches for ever."""
        return self.planned_ns < end_ns and (self.end_ns is None or self.end_ns >= start_ns)


class Phase(msgspec.Struct, frozen=True, kw_only=True):
    """A named stretch of the run: warm_up, baseline, fault, recovery."""

    name: str
    start_ns: int
    end_ns: int


class Window(msgspec.Struct, frozen=True, kw_only=True):
    """One fault window on one endpoint group, from the injector's own record.

    `first_hit_ns`: start of the first attempt that a fault of the window touched, or of the window
    where that one was under way already; None when it reached nobody. `share`: the largest share
    its faults were set to. `selective`: at one of its endpoints each of its faults had a share
    below 1, or chose among requests. `listener`: any of its faults acts on the listener.
    """

    group: str
    faults: tuple[str, ...]
    endpoints: tuple[str, ...]
    start_ns: int
    end_ns: int
    first_hit_ns: int | None = None
    share: float = 1.0
    selective: bool = False
    listener: bool = False
    may_miss: bool = False
    touched_attempts: int = 0
    touched_exchanges: int = 0

    @property
    def partial(self) -> str:
        """Why it was not meant for everybody at each of its endpoints; empty where it was."""
        if self.share < 1:
            return f"of share {self.share:g}, below 1"
        return "that chooses among requests" if self.selective else ""


class Quota(msgspec.Struct, frozen=True, kw_only=True):
    """What an endpoint allows, where it is known; per minute."""

    requests_per_minute: float | None = None
    tokens_per_minute: float | None = None


class Evidence(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """Everything that a metric or a gate may look at; canaries are already left out.

    `order` is the route's preference; `cooldown_s` the breaker's, where the route is ours.
    `end_ns` is when the run's drain was over (observation ends there). `hub_lag_s` and
    `generator_cpu_share` are the worst that the load generator reported of itself. `unknown` says
    of metrics, by name, why this evidence cannot tell them.
    """

    exchanges: tuple[Exchange, ...]
    phases: tuple[Phase, ...]
    windows: tuple[Window, ...]
    endpoints: tuple[str, ...]
    start_ns: int
    end_ns: int
    order: tuple[str, ...] = ()
    cooldown_s: float | None = None
    quotas: dict[str, Quota] = {}
    inferred: bool = False
    hub_lag_s: float = 0.0
    generator_cpu_share: float = 0.0
    unknown: dict[str, str] = {}

    def phase(self, name: str) -> Phase | None:
        """Return the phase of that name, None when the run never reached it."""
        return next((phase for phase in self.phases if phase.name == name), None)

    def phase_of(self, exchange: Exchange) -> str:
        """Return the phase that an exchange counts for."""
        return phase_of(exchange, self.phases)

    def in_phase(self, name: str) -> tuple[Exchange, ...]:
        """Return the exchanges that count for a phase, in planned order."""
        return self._by_phase.get(name, ())

    @cached_property
    def rests_on_inference(self) -> bool:
        """True when any touch was concluded from an outcome, not attested by the injector."""
        attempts = (attempt for exchange in self.exchanges for attempt in exchange.attempts)
        return self.inferred or any(touch.inferred for a in attempts for touch in a.touches)

    @cached_property
    def _by_phase(self) -> dict[str, tuple[Exchange, ...]]:
        found: dict[str, list[Exchange]] = {}
        for exchange in sorted(self.exchanges, key=lambda e: (e.planned_ns, e.number)):
            found.setdefault(self.phase_of(exchange), []).append(exchange)
        return {name: tuple(exchanges) for name, exchanges in found.items()}

    def in_window(self, window: Window) -> tuple[Exchange, ...]:
        """Return the exchanges whose [planned start, end] meets the window."""
        return tuple(e for e in self.exchanges if e.meets(window.start_ns, window.end_ns))

    def without_lateness(self) -> "Evidence":
        """Return the same evidence as if every exchange had been planned when it was dispatched.

        A gate that fails on the record and passes on this one failed by the generator's lateness.
        """
        punctual = tuple(
            msgspec.structs.replace(e, planned_ns=e.dispatched_ns) for e in self.exchanges
        )
        return msgspec.structs.replace(self, exchanges=punctual)

    def without_baseline_lateness(self) -> "Evidence":
        """Return the same evidence as if the baseline alone had been planned when dispatched.

        A slow baseline makes what is compared with it look good: a gate that passes on the record
        and fails on this one passed by the generator's lateness.
        """
        numbers = {exchange.number for exchange in self.in_phase("baseline")}
        steady = tuple(
            msgspec.structs.replace(e, planned_ns=e.dispatched_ns) if e.number in numbers else e
            for e in self.exchanges
        )
        return msgspec.structs.replace(self, exchanges=steady)


def phase_of(exchange: Exchange, phases: Sequence[Phase]) -> str:
    """Return the phase that an exchange counts for; empty for none.

    An exchange that meets the fault phase belongs to it, wherever it was planned: a request
    caught by the outage must not spoil the baseline. Any other belongs where it was planned.
    """
    for phase in phases:
        if phase.name == "fault" and exchange.meets(phase.start_ns, phase.end_ns):
            return phase.name
    for phase in phases:
        if phase.start_ns <= exchange.planned_ns < phase.end_ns:
            return phase.name
    return ""
