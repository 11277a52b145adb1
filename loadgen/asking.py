"""One exchange from its planned moment to its end: does what the policy says, and records it."""

from collections import deque
from collections.abc import Callable, Mapping

import msgspec

from loadgen.attempt import Attempt, CallAttempt, HttpAttempt
from loadgen.endpoint import Endpoint
from loadgen.failover.moves import Cancel, Deliver, Move, Moves, Start, WakeAt
from loadgen.failover.policy import Replica
from loadgen.plan import Planned
from loadgen.prompts import question
from loadgen.wiring import Alarm, Wire
from telemetry import identity
from telemetry.clock import seconds
from telemetry.outcome import Outcome
from telemetry.recorder import Recorder
from telemetry.rows import AttemptBegun, AttemptEnded, ExchangeEnded, ExchangePlanned


class Client(msgspec.Struct, frozen=True, kw_only=True):
    """One replica of the failover client, with what it asks through and records to."""

    number: int
    run_tag: str
    replica: Replica
    endpoints: Mapping[str, Endpoint]
    wire: Wire
    recorder: Recorder


class Asking:
    """One exchange being asked; `outcome` is None until it is over, then `done` is called."""

    def __init__(
        self,
        client: Client,
        planned: Planned,
        planned_ns: int,
        done: Callable[["Asking"], None],
    ) -> None:
        self.planned = planned
        self.planned_ns = planned_ns
        self.dispatched_ns = planned_ns
        self.end_ns = planned_ns
        self.outcome: Outcome | None = None
        self.served_by = ""
        self.tokens = 0
        self._client = client
        self._done = done
        self._trace_id = identity.trace_id(client.run_tag, planned.number)
        self._policy = client.replica.exchange(stream=planned.stream)
        self._moves: deque[Move] = deque()
        self._obeying = False
        self._try: Attempt | None = None
        self._asked = ""
        self._alarm: Alarm | None = None

    def begin(self) -> None:
        """Record the exchange and make the first move."""
        self.dispatched_ns = self._client.wire.now_ns()
        self._record_planned()
        self._obey(self._policy.begin(seconds(self.dispatched_ns)))

    def shed(self) -> None:
        """Record an exchange that was not sent, since the generator has too many under way."""
        self.dispatched_ns = self._client.wire.now_ns()
        self._record_planned()
        self._end(Outcome.SHED_BY_GENERATOR, believed_ok=False)

    def last_call(self) -> None:
        """Let an attempt under way end by itself, and begin none after it."""
        self._obey(self._policy.last_call(self._now_s()))

    def abandon(self, outcome: Outcome) -> None:
        """End the exchange now."""
        self._obey(self._policy.abandon(self._now_s(), outcome))

    def attempt_connected(self, attempt: int, now_ns: int) -> None:
        """Tell the policy that an attempt is under way."""
        self._obey(self._policy.started(seconds(now_ns), attempt))

    def attempt_token(self, attempt: int, now_ns: int) -> None:
        """Tell the policy that content came."""
        self._obey(self._policy.token(seconds(now_ns), attempt))

    def attempt_over(self, attempt: int, now_ns: int, row: AttemptEnded) -> None:
        """Record the end of an attempt that ended by itself, and tell the policy."""
        self._client.recorder.record(row)
        self._try = None
        now_s = seconds(now_ns)
        if row.outcome in (Outcome.OK, Outcome.INCOMPLETE):
            self.tokens = row.tokens
            self._obey(self._policy.ended(now_s, attempt, row.outcome))
        else:
            self._obey(self._policy.failed(now_s, attempt, row.outcome, row.retry_after_s))

    def _now_s(self) -> float:
        return seconds(self._client.wire.now_ns())

    def _obey(self, moves: Moves) -> None:
        # A move may cause the next ones while it is being made: they wait for their turn.
        self._moves.extend(moves)
        if self._obeying:
            return
        self._obeying = True
        try:
            while self._moves:
                self._make(self._moves.popleft())
        finally:
            self._obeying = False

    def _make(self, move: Move) -> None:
        if isinstance(move, WakeAt):
            self._wake_at(move.at_s)
        elif isinstance(move, Start):
            self._start(move)
        elif isinstance(move, Cancel):
            self._cancel(move)
        elif isinstance(move, Deliver):
            self.served_by = self._asked
            self._end(move.outcome, believed_ok=True)
        else:
            self._end(move.outcome, believed_ok=False)

    def _start(self, start: Start) -> None:
        client, endpoint = self._client, self._client.endpoints[start.endpoint]
        span_id = identity.attempt_span_id(self._trace_id, start.attempt)
        identified = (
            ("traceparent", identity.traceparent(self._trace_id, span_id)),
            ("tracestate", identity.tracestate(start.key)),
        )
        asked = question(self.planned, self._trace_id, marked=endpoint.marked)
        client.recorder.record(
            AttemptBegun(
                exchange=self.planned.number,
                attempt=start.attempt,
                endpoint=start.endpoint,
                key=start.key,
                span_id=span_id,
                begin_ns=client.wire.now_ns(),
            )
        )
        self._asked = start.endpoint
        kind = CallAttempt if endpoint.dialect.grpc else HttpAttempt
        self._try = kind(self, self.planned, start.attempt, endpoint)
        self._try.begin(client.wire, asked, identified)

    def _cancel(self, cancel: Cancel) -> None:
        current, self._try = self._try, None
        if current is not None:
            row = current.cut(self._client.wire.now_ns(), cancel.outcome)
            self._client.recorder.record(row)

    def _wake_at(self, at_s: float) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
        self._alarm = self._client.wire.alarm(at_s, self._woken)

    def _woken(self) -> None:
        self._alarm = None
        self._obey(self._policy.timer(self._now_s()))

    def _record_planned(self) -> None:
        planned = self.planned
        self._client.recorder.record(
            ExchangePlanned(
                exchange=planned.number,
                trace_id=self._trace_id,
                replica=self._client.number,
                planned_ns=self.planned_ns,
                dispatched_ns=self.dispatched_ns,
                prompt_tokens=planned.prompt_tokens,
                output_tokens=planned.output_tokens,
                stream=planned.stream,
            )
        )

    def _end(self, outcome: Outcome, *, believed_ok: bool) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
        self.outcome = outcome
        self.end_ns = self._client.wire.now_ns()
        self._client.recorder.record(
            ExchangeEnded(
                exchange=self.planned.number,
                end_ns=self.end_ns,
                outcome=outcome,
                believed_ok=believed_ok,
                served_by=self.served_by,
            )
        )
        self._done(self)
