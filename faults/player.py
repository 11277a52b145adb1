"""Plays a script to a client: takes the honest answer's steps, says what the script says.

Every wait is raced: the client may leave, the fault's window may end, all faults may be removed.

- When faults are removed, the scripts are closed, what they held is said, and the rest of the
  honest answer passes; a provider that was not asked yet is asked now.
- When the window of the fault that holds a client for ever ends, its script goes on as if that
  time were up: a stall lets the rest through, a blackhole closes the connection unanswered.
  Waits that end by themselves are waited out.
"""

import asyncio
import math
from collections import deque
from typing import Final, Protocol

from faults.answer_writer import AnswerWriter
from faults.fault import Fault
from faults.heads import ends_connection, is_old
from faults.honest import HonestReader
from faults.lane import Lane
from faults.layers import ENDINGS, Layer, compose
from faults.outlet import Outlet
from faults.request import Request
from faults.rules import ArmedRule
from faults.steps import NEXT, End, Event, Head, Next, Raw, Reset, Script, Step, Wait
from telemetry.clock import now_ns
from telemetry.rows import Event as Happened
from telemetry.rows import FaultTouched, HopEnded

QUEUED_BYTES: Final = 65_536
"""How much of the honest answer may wait for its script before the provider is paused."""


class Stage(Protocol):
    """The client's side, as its player knows it."""

    transport: asyncio.Transport
    writable: bool
    lane: Lane
    outlet: Outlet

    def script_ended(self, ending: str, *, keep: bool) -> None:
        """Hear that the last word is said; `keep`: the connection may carry another exchange."""


class Player:
    """One exchange under one or more faults."""

    def __init__(
        self, stage: Stage, row: HopEnded, chosen: tuple[ArmedRule, ...], request: Request
    ) -> None:
        self._stage = stage
        self._row = row
        self._request = request
        faults = [(one.rule.id, one.fault) for one in chosen if isinstance(one.fault, Fault)]
        dialect = stage.lane.dialect
        layers = [Layer(rule_id, fault.script(dialect)) for rule_id, fault in faults]
        self._script = compose(layers, self._attest)
        self._eventful = [rule_id for rule_id, fault in faults if fault.needs_events]
        self._holder = ""
        self._honest: deque[Step] = deque()
        self._queued_bytes = 0
        self._owed: list[Step] = []
        self._wants = self._running = self._over = self._left = False
        self._held_for_ever = self._paused = False
        self._timer: asyncio.TimerHandle | None = None
        self._ending = ""
        self._writer = AnswerWriter(
            old=is_old(request.low), bodiless=request.to_head, last=ends_connection(request.low)
        )
        self._reader: HonestReader | None = None

    # What happens meanwhile.

    def advance(self) -> None:
        """Play on until the script waits: for time, for the provider, or for the client."""
        if self._running or self._left:
            return
        self._running = True
        while self._can_go_on() and self._turn():
            pass
        self._running = False
        self._write()
        if self._over:
            self._leave()
        elif self._paused and self._queued_bytes <= QUEUED_BYTES:
            self._paused = False
            self._stage.outlet.resume_answer()

    def stop(self) -> None:
        """Stop at once: the client is gone."""
        self._over = self._left = True
        self._cancel_timer()
        self._script.close()

    def pass_on(self) -> None:
        """Close the scripts, say what they held, and let the rest through."""
        if self._over:
            return
        self._script.close()
        self._script = _let_through()
        self._honest.extendleft(reversed(self._owed))
        self._owed = []
        self._wants = self._held_for_ever = False
        self._cancel_timer()
        self.advance()

    def rules_changed(self, armed: frozenset[str]) -> None:
        """End an endless wait if the window of the fault behind it is over."""
        if self._held_for_ever and self._holder not in armed:
            self._held_for_ever = False
            self.advance()

    def unreachable(self, error: str) -> None:
        """Take it from the outlet that the provider cannot be asked."""
        self._row.error = error
        self._ending = "upstream_unreachable"
        self._hear([Reset()])

    # One turn of the conversation.

    def _can_go_on(self) -> bool:
        waiting = self._timer is not None or self._held_for_ever
        return not (self._over or waiting) and self._stage.writable

    def _turn(self) -> bool:
        """Hear one word of the script; False when it must wait for the provider."""
        said = self._resume()
        if said is None:
            return False
        if isinstance(said, Next):
            self._wants = True
            self._ask()
        elif isinstance(said, Wait):
            self._wait(said.seconds)
        else:
            self._say(said)
        return True

    def _resume(self) -> Step | Next | None:
        if not self._wants:
            return next(self._script)
        if not self._honest:
            return None
        self._wants = False
        given = self._honest.popleft()
        self._queued_bytes -= _size(given)
        self._owed.append(given)
        return self._script.send(given)

    def _wait(self, seconds: float) -> None:
        if math.isinf(seconds):
            self._held_for_ever = True
        elif seconds > 0:
            self._timer = asyncio.get_running_loop().call_later(seconds, self._time_is_up)

    def _time_is_up(self) -> None:
        self._timer = None
        self.advance()

    def _cancel_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    # From the provider.

    def _ask(self) -> None:
        if self._reader is not None:
            return
        lane, request = self._stage.lane, self._request
        self._reader = HonestReader(
            lane.dialect, self._hear, self._say_interim, bodiless=request.to_head
        )
        head = request.plain_head_for(lane.upstream.authority)
        self._stage.outlet.ask(head, bodiless=request.to_head, reader=self._reader)

    def _hear(self, steps: list[Step]) -> None:
        if self._over:
            return
        self._honest.extend(steps)
        self._queued_bytes += sum(map(_size, steps))
        if self._eventful and self._reader is not None and self._reader.encoding:
            self._give_up(self._reader.encoding)
        self.advance()
        if self._queued_bytes > QUEUED_BYTES and not (self._over or self._paused):
            self._paused = True
            self._stage.outlet.pause_answer()

    def _give_up(self, encoding: str) -> None:
        """Take a fault of events off a body in which no event can be seen."""
        reason = f"content-encoding {encoding}: no event can be seen"
        for rule_id in self._eventful:
            self._record_not_applicable(rule_id, reason)
        self._eventful = []
        self._row.error = f"{reason}, so the fault is not"
        self.pass_on()

    def _say_interim(self, head: bytes) -> None:
        if self._row.head_ns is None and not self._over:
            self._row.bytes_out += len(head)
            self._stage.transport.write(head)

    # To the client.

    def _say(self, step: Step) -> None:
        honest = self._settle(step)
        if isinstance(step, Head):
            self._row.status = step.status
            self._row.head_ns = now_ns()
            self._writer.decoded = self._reader is not None and self._reader.decodes
            self._writer.head(step)
        elif isinstance(step, Event):
            self._row.events_out += 1
            self._writer.event(step.data)
        elif isinstance(step, Raw):
            self._writer.raw(step.data)
        elif isinstance(step, ENDINGS):
            self._end(step, honest=honest)

    def _settle(self, said: Step) -> bool:
        """Forget the honest steps that this one tells or replaces; True if it is one of them."""
        for index, owed in enumerate(self._owed):
            if owed is said:
                del self._owed[: index + 1]
                return True
        self._owed.clear()
        return False

    def _end(self, step: Step, *, honest: bool) -> None:
        self._over = True
        if isinstance(step, End):
            trailers = self._reader.trailers if honest and self._reader is not None else []
            self._writer.end(trailers)
            self._ending = "complete"
        elif isinstance(step, Reset):
            self._ending = self._ending or "reset"
        else:
            self._ending = "fin"

    def _write(self) -> None:
        if data := self._writer.take():
            self._row.bytes_out += len(data)
            self._stage.transport.write(data)

    def _leave(self) -> None:
        self._left = True
        self._cancel_timer()
        self._script.close()
        if self._reader is not None:
            self._row.tokens_up = self._reader.tokens
            self._row.error = self._row.error or self._reader.error or None
        unheard = self._request.expects_continue and not self._row.asked_upstream
        self._stage.script_ended(self._ending, keep=not (self._writer.last or unheard))

    def _attest(self, rule_id: str, action: str) -> None:
        self._holder = rule_id
        parent = self._request.parent
        self._stage.lane.recorder.record_now(
            FaultTouched(
                fault=rule_id,
                hop=self._row.hop,
                endpoint=self._stage.lane.endpoint,
                action=action,
                at_ns=now_ns(),
                trace_id="" if parent is None else parent.trace_id,
                parent_span_id="" if parent is None else parent.span_id,
                asked_upstream=self._row.asked_upstream,
                key_source=self._request.keyed_by,
            )
        )

    def _record_not_applicable(self, rule_id: str, reason: str) -> None:
        parent = self._request.parent
        facts: dict[str, str | int | float | bool | None] = {
            "reason": reason,
            "hop": self._row.hop,
            "endpoint": self._stage.lane.endpoint,
            "trace_id": "" if parent is None else parent.trace_id,
        }
        self._stage.lane.recorder.record_now(
            Happened(name="fault_not_applicable", at_ns=now_ns(), subject=rule_id, facts=facts)
        )


def _let_through() -> Script:
    while True:
        step = yield NEXT
        yield step
        if isinstance(step, ENDINGS):
            return


def _size(step: Step) -> int:
    return len(step.data) if isinstance(step, Event) else 0
