"""Carries the rule book's time to the lanes: what is armed where, from when to when.

Every window that opens and shuts is on record with the instant at which it really did. What is
armed changes by the schedule, and by `disarm`, which is for good. While `frozen` nothing new
begins: no further window opens and no further exchange is touched; what is under way plays on.
"""

import asyncio
import math
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from faults.config import Rule
from faults.fault import ListenerFault
from faults.header_faults import NEVER
from faults.lane import Lane
from faults.listener.connect_refused import ConnectRefused
from faults.listener.connect_timeout import ConnectTimeout
from faults.listener.tls_failure import TlsFailure
from faults.listening import Listening
from faults.rules import ArmedRule, RuleBook
from telemetry.clock import NS_PER_S, nanoseconds, now_ns
from telemetry.recorder import Recorder
from telemetry.rows import Event


class Arming:
    """Arms and disarms the lanes of one injector."""

    def __init__(self, book: RuleBook, listenings: Sequence[Listening], recorder: Recorder) -> None:
        self._book = book
        self._listenings = listenings
        self._recorder = recorder
        self._start_ns: int | None = None
        self._open: dict[str, ArmedRule] = {}
        self._timer: asyncio.TimerHandle | None = None
        self.frozen = False

    @property
    def faults_left(self) -> int:
        """How many faults are in force, or will be."""
        return self._book.active()

    @property
    def armed(self) -> tuple[Rule, ...]:
        """The rules whose windows are open."""
        return tuple(one.rule for one in self._open.values())

    def seconds_to(self, second: float) -> float | None:
        """Return how long it is until a second of the schedule; None for ever, or not begun."""
        if self._start_ns is None or not math.isfinite(second):
            return None
        return second - (now_ns() - self._start_ns) / NS_PER_S

    def begin(self, at_ns: int) -> None:
        """Set time zero, CLOCK_MONOTONIC ns; schedules count from there. Only the first counts."""
        if self._start_ns is None:
            self._start_ns = at_ns
            for listening in self._listenings:
                listening.lane.start_ns = at_ns
            self._apply()

    def add(self, rule: Rule) -> None:
        """Arm one more rule, whose times count from now; raises as `RuleBook`, ValueError early."""
        if self._start_ns is None:
            raise ValueError("it has not begun")
        now_s = (now_ns() - self._start_ns) / NS_PER_S
        moved = {"start_s": now_s + rule.start_s, "end_s": now_s + rule.end_s}
        self._book.add(msgspec.structs.replace(rule, **moved))
        self._apply()

    def welcome(self, listening: Listening) -> None:
        """Take in a lane that was opened later."""
        listening.lane.start_ns = self._start_ns or 0
        self._apply()

    def put(self, rule: Rule, ends_ns: int) -> None:
        """Arm a rule from now to an instant, in its namesake's place if there is one."""
        if self._start_ns is None:
            raise ValueError("it has not begun")
        now_s = (now_ns() - self._start_ns) / NS_PER_S
        end_s = (ends_ns - self._start_ns) / NS_PER_S
        self._book.put(msgspec.structs.replace(rule, start_s=now_s, end_s=end_s))
        self._apply()

    def extend(self, rule_id: str, ends_ns: int) -> None:
        """Let a rule end at another instant."""
        self._book.extend(rule_id, (ends_ns - (self._start_ns or 0)) / NS_PER_S)
        self._apply()

    def take_off(self, rule_id: str) -> None:
        """End a rule now, as if its window had shut."""
        self._book.take_off(rule_id)
        self._apply()

    def freeze(self) -> None:
        """Let nothing new begin."""
        self.frozen = True
        self._apply()

    def thaw(self) -> None:
        """Let things begin again."""
        self.frozen = False
        self._apply()

    def retire(self, rule_ids: Iterable[str]) -> None:
        """Take these rules away, for good: what was held is said, and the rest passes."""
        held = list(rule_ids)
        for rule_id in held:
            self._book.take_off(rule_id)
        if held:
            self._let_pass()
        self._apply()

    def disarm(self) -> None:
        """Take every fault away, for good: what was held is said, and the rest passes."""
        self._book.disarm()
        for listening in self._listenings:
            listening.lane.armed = ()
            listening.lane.header_faults = None
        self._let_pass()
        self._apply()

    def _let_pass(self) -> None:
        for listening in self._listenings:
            for guest in list(listening.lane.guests):
                guest.pass_on()

    def _apply(self) -> None:
        if self._start_ns is None:
            return
        now_s = (now_ns() - self._start_ns) / NS_PER_S
        due = {one.rule.id: one for one in self._armed_at(now_s)}
        if self.frozen:
            due = {rule_id: one for rule_id, one in due.items() if rule_id in self._open}
        self._record_windows("window_start", [due[key] for key in due.keys() - self._open.keys()])
        for listening in self._listenings:
            self._apply_to(listening, now_s)
        shut = [self._open[key] for key in self._open.keys() - due.keys()]
        self._record_windows("window_end", shut)
        self._open = due
        if shut:
            self._tell(frozenset(due))
        self._wake(now_s)

    def _apply_to(self, listening: Listening, now_s: float) -> None:
        lane = listening.lane
        lane.armed = () if self.frozen else self._candidates(lane, now_s)
        holding = self._book.listener_armed(lane.endpoint, now_s)
        known = [one for one in holding if not self.frozen or one.rule.id in self._open]
        closing = [one for one in known if isinstance(one.fault, ConnectRefused | ConnectTimeout)]
        if not closing:
            listening.let_open()
        for one in closing[:1]:
            if isinstance(one.fault, ConnectRefused | ConnectTimeout):
                silent = isinstance(one.fault, ConnectTimeout)
                listening.hold_closed(one.rule.id, one.fault.reset_connections, silent=silent)
        failing = [(o.rule.id, o.fault) for o in known if isinstance(o.fault, TlsFailure)]
        listening.fail_tls(*(failing[0] if failing else ("", None)))

    def _candidates(self, lane: Lane, now_s: float) -> tuple[ArmedRule, ...]:
        armed = self._book.armed(lane.endpoint, now_s)
        return armed if lane.header_faults is None else (*armed, NEVER)

    def _armed_at(self, now_s: float) -> Iterator[ArmedRule]:
        for listening in self._listenings:
            yield from self._book.armed(listening.lane.endpoint, now_s)
            yield from self._book.listener_armed(listening.lane.endpoint, now_s)

    def _tell(self, armed: frozenset[str]) -> None:
        for listening in self._listenings:
            for guest in list(listening.lane.guests):
                guest.rules_changed(armed)

    def _wake(self, now_s: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        change_s = self._book.next_change_s(now_s)
        if change_s is not None and change_s < math.inf:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(max(0.0, change_s - now_s), self._apply)

    def _record_windows(self, name: str, windows: list[ArmedRule]) -> None:
        for one in windows:
            rule = one.rule
            facts: dict[str, str | int | float | bool | None] = {
                "group": rule.group_name,
                "endpoints": ",".join(rule.endpoints),
                "share": rule.share,
                "listener": isinstance(one.fault, ListenerFault),
                "inject": _said(rule),
                "planned_start_ns": self._planned_ns(rule.start_s),
                "planned_end_ns": self._planned_ns(rule.end_s),
            }
            if chosen := rule.selection:
                facts["selection"] = msgspec.json.encode(chosen).decode()
            self._recorder.record_now(
                Event(name=name, at_ns=now_ns(), subject=rule.id, facts=facts)
            )

    def _planned_ns(self, seconds: float) -> int | None:
        if self._start_ns is None or not math.isfinite(seconds):
            return None
        return self._start_ns + nanoseconds(seconds)


def _said(rule: Rule) -> str:
    """Return what a rule injects as JSON, `{kind: parameters}`, those alone that have a value."""
    told = {
        kind: {name: value for name, value in parameters.items() if value is not None}
        for kind, parameters in rule.inject.items()
    }
    return msgspec.json.encode(told).decode()
