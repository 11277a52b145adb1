"""One exchange under scripts, whatever it is framed in: whose turn it is, what is held, what waits.

Takes the honest answer's steps, says what the script says. Every wait is raced: the client may
leave, the fault's window may end, all faults may be removed.

- When faults are removed, the scripts are closed, what they held is said, and the rest of the
  honest answer passes; a provider that was not asked yet is asked now.
- When the window of the fault that holds a client for ever ends, its script goes on as if that
  time were up: a stall lets the rest through, a blackhole closes the connection unanswered.
  Waits that end by themselves are waited out.
"""

import asyncio
import math
from collections import deque
from typing import Final

from faults.circumstances import Circumstances
from faults.fault import Fault, Protocol
from faults.heads import url_in
from faults.lane import Lane
from faults.layers import ENDINGS, Layer, compose
from faults.owing import settle
from faults.request import CONTENT_BYTES, Request
from faults.rules import ArmedRule
from faults.steps import NEXT, Event, Next, Reset, Script, Step, Wait
from providers.dialect import Dialect
from telemetry.clock import now_ns
from telemetry.rows import Event as Happened
from telemetry.rows import FaultTouched, HopEnded

QUEUED_BYTES: Final = 65_536
"""How much of the honest answer may wait for its script before the provider is paused."""


class Playing:
    """One exchange under faults, or under none: then the honest answer is all that is said."""

    def __init__(  # noqa: PLR0913, PLR0917 - what is known of an exchange when its mode is chosen
        self,
        lane: Lane,
        row: HopEnded,
        chosen: tuple[ArmedRule, ...],
        request: Request,
        dialect: Dialect,
        protocol: Protocol,
    ) -> None:
        self._lane = lane
        self._row = row
        self._request = request
        self._chosen = chosen
        faults: list[tuple[str, Fault]] = []
        for one in chosen:
            if not isinstance(one.fault, Fault):
                continue
            if reason := _not_applicable(one.fault, protocol, request):
                self._record_not_applicable(one.rule.id, reason)
            else:
                faults.append((one.rule.id, one.fault))
        layers = [
            Layer(r, fault.script_in(self._circumstances(r), dialect), bool(fault.untouched))
            for r, fault in faults
        ]
        self._script = compose(layers, self._attest) if layers else _let_through()
        self._eventful = [rule_id for rule_id, fault in faults if fault.needs_events]
        self._untouched = {r: fault.untouched for r, fault in faults if fault.untouched}
        self._holder = ""
        self._honest: deque[Step] = deque()
        self._queued_bytes = 0
        self._owed: list[Step] = []
        self._wants = self._running = self._over = self._left = False
        self._held_for_ever = self._paused = False
        self._timer: asyncio.TimerHandle | None = None
        self._ending = ""

    def _circumstances(self, rule_id: str) -> Circumstances:
        request = self._request
        dice = self._lane.dice(rule_id, request.parent, request.attempt_key, self._row.hop)
        url = url_in(request.head, request.low, self._lane.scheme)
        return Circumstances(dice, request.idle_s, url)

    # What the framing does.

    @property
    def _writable(self) -> bool:
        """The client takes what is said."""
        raise NotImplementedError

    @property
    def _encoding(self) -> str:
        """A content coding of the honest answer in which no event can be seen."""
        raise NotImplementedError

    def _ask(self) -> None:
        """Ask the provider, unless it was asked before."""
        raise NotImplementedError

    def _pause_provider(self) -> None:
        raise NotImplementedError

    def _resume_provider(self) -> None:
        raise NotImplementedError

    def _tell(self, step: Step) -> None:
        """Frame what is said, but for endings."""
        raise NotImplementedError

    def _end(self, step: Step, *, honest: bool) -> None:
        """Frame an ending; `self._ending` is how the row calls it."""
        raise NotImplementedError

    def _write(self) -> None:
        """Send what was framed."""
        raise NotImplementedError

    def _take_leave(self) -> None:
        """Tell whoever needs to know that the last word is said."""
        raise NotImplementedError

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
            self._resume_provider()

    def stop(self) -> None:
        """Stop at once: the client is gone."""
        self._over = self._left = True
        self._cancel_timer()
        self._script.close()
        self._release()

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
        return not (self._over or waiting) and self._writable

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

    def _hear(self, steps: list[Step]) -> None:
        if self._over:
            return
        self._honest.extend(steps)
        self._queued_bytes += sum(map(_size, steps))
        if self._eventful and (encoding := self._encoding):
            self._give_up(encoding)
        self.advance()
        if self._queued_bytes > QUEUED_BYTES and not (self._over or self._paused):
            self._paused = True
            self._pause_provider()

    def _give_up(self, encoding: str) -> None:
        """Take a fault of events off a body in which no event can be seen."""
        reason = f"content-encoding {encoding}: no event can be seen"
        for rule_id in self._eventful:
            self._record_not_applicable(rule_id, reason)
        self._eventful = []
        self._row.error = f"{reason}, so the fault is not"
        self.pass_on()

    # To the client.

    def _say(self, step: Step) -> None:
        honest = settle(self._owed, step)
        if isinstance(step, ENDINGS):
            self._over = True
            self._end(step, honest=honest)
        else:
            self._tell(step)

    def _leave(self) -> None:
        self._left = True
        self._cancel_timer()
        self._script.close()
        for untouched in self._untouched.items():
            self._record_not_applicable(*untouched)
        self._release()
        self._take_leave()

    def _release(self) -> None:
        """Let rules know, once, that what they touched is over."""
        chosen, self._chosen = self._chosen, ()
        for one in chosen:
            if one.choice is not None:
                one.choice.release()

    def _attest(self, rule_id: str, action: str) -> None:
        self._holder = rule_id
        self._untouched.pop(rule_id, None)
        parent = self._request.parent
        self._lane.recorder.record_now(
            FaultTouched(
                fault=rule_id,
                hop=self._row.hop,
                endpoint=self._lane.endpoint,
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
            "endpoint": self._lane.endpoint,
            "trace_id": "" if parent is None else parent.trace_id,
        }
        self._lane.recorder.record_now(
            Happened(name="fault_not_applicable", at_ns=now_ns(), subject=rule_id, facts=facts)
        )


def _not_applicable(fault: Fault, protocol: Protocol, request: Request) -> str:
    if protocol not in fault.protocols:
        return f"it has no meaning over {protocol}"
    if fault.resends and request.whole_body is None:
        return f"its request was not whole when {CONTENT_BYTES} bytes of it were read"
    return ""


def _let_through() -> Script:
    while True:
        step = yield NEXT
        yield step
        if isinstance(step, ENDINGS):
            return


def _size(step: Step) -> int:
    return len(step.data) if isinstance(step, Event) else 0
