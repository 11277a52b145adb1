"""Which faults are armed when, and which of them touch a given exchange."""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from random import Random
from typing import NamedTuple

import msgspec

from faults.catalog import make_fault
from faults.config import Rule
from faults.dice import dice, draw
from faults.fault import Fault, ListenerFault
from faults.gate import Arrival, Gate
from faults.schedule import is_armed, next_change_s, share_at
from faults.selection.choice import Choice
from faults.selection.complaints import wrong_with
from faults.selection.match import Match
from faults.selection.tally import OwnTally, Tally
from faults.traits import UNKNOWN, Traits
from telemetry.identity import Parent, is_canary

_CONTENT_ORDINAL = "#"


class ArmedRule(NamedTuple):
    """A rule at one of its endpoints, with the fault it injects."""

    rule: Rule
    fault: Fault | ListenerFault
    endpoint: str = ""
    gate: Gate | None = None
    choice: Choice | None = None


Tallies = Callable[[Rule, str], Tally]
"""What counts a rule at an endpoint."""

_Armed = dict[str, tuple[ArmedRule, ...]]


class RuleBook:
    """All rules of an injector: narrowed to what is armed now, and decided per exchange.

    KeyError where a rule injects what does not exist, `msgspec.ValidationError` where it cannot be
    done as told. Without `bystanders` only traffic that carries the run's tag is touched.
    `in_client`: faults that only a client meets are taken. `tallies` count for rules that go by
    number.
    """

    def __init__(  # noqa: PLR0913 - what a book goes by, each by name
        self,
        rules: Iterable[Rule],
        *,
        seed: int,
        run_tag: str,
        bystanders: bool = False,
        in_client: bool = False,
        tallies: Tallies = lambda _rule, _endpoint: OwnTally(),
    ) -> None:
        self._tallies = tallies
        self._in_client = in_client
        self._seed = seed
        self._run_tag = run_tag
        self._bystanders = bystanders
        self._rules = tuple(rules)
        self._entries = tuple(one for rule in self._rules for one in self._entries_of(rule))
        _refuse_twins(self._rules)
        self._exchange: _Armed = {}
        self._listener: _Armed = {}
        self._narrow(-math.inf)

    def armed(self, endpoint: str, now_s: float) -> tuple[ArmedRule, ...]:
        """Return the rules whose fault may touch an exchange at this endpoint now, in list order.

        The same tuple until `next_change_s`, or until `disarm`.
        """
        self._keep_narrow(now_s)
        return self._exchange.get(endpoint, ())

    def listener_armed(self, endpoint: str, now_s: float) -> tuple[ArmedRule, ...]:
        """Return the rules whose fault holds this endpoint's listener now, in list order."""
        self._keep_narrow(now_s)
        return self._listener.get(endpoint, ())

    def next_change_s(self, now_s: float) -> float | None:
        """Return the next instant at which what is armed changes; None if it never will."""
        return next_change_s(self._rules, now_s)

    def decide(  # noqa: PLR0913, PLR0917 - what is known of an exchange, in the order of its reading
        self,
        armed: Sequence[ArmedRule],
        parent: Parent | None,
        attempt_key: int | None,
        content_key: str,
        now_s: float,
        traits: Traits = UNKNOWN,
    ) -> tuple[ArmedRule, ...]:
        """Return which of the candidates touch this exchange, in list order.

        `parent`: what its `traceparent` says; `attempt_key`: the per-endpoint ordinal that its
        sender counted. `content_key` stands in for what is missing: a hash of the request, with
        `#<arrival ordinal>` behind it where the same content may come again. `traits`: what is
        known of the request itself, for rules that choose or count by it. Safe with candidates
        that were held too long: none that is over or disarmed is returned. A canary of the run is
        never touched.
        """
        if not self._rules or not armed:
            return ()
        own = parent is not None and parent.run_tag == self._run_tag
        if own and parent is not None and is_canary(parent.exchange):
            return ()
        if not (own or self._bystanders):
            return ()
        exchange_key = _exchange_key(parent, content_key, own=own)
        attempt = content_key if attempt_key is None else str(attempt_key)
        return tuple(
            one for one in armed if self._touches(one, exchange_key, attempt, now_s, traits)
        )

    def dice(self, rule_id: str, exchange_key: str, attempt_key: str) -> Random:
        """Return the dice by which a fault shapes an exchange that it touches."""
        return dice(self._seed, rule_id, exchange_key, attempt_key)

    def add(self, rule: Rule) -> None:
        """Take one more rule, from when to when it says; raises as the book itself."""
        _refuse_twins((*self._rules, rule))
        self._entries = (*self._entries, *self._entries_of(rule))
        self._rules = (*self._rules, rule)
        self._narrow(self._since_s)

    def put(self, rule: Rule) -> None:
        """Take a rule in the place of its namesake, or behind all others; raises as the book."""
        known = next((one for one in self._rules if one.id == rule.id), None)
        if known is not None:
            # It goes on: its ramp does not begin again.
            rule = msgspec.structs.replace(rule, start_s=known.start_s)
        entries = self._entries_of(rule)
        if known is None:
            self._rules, self._entries = (*self._rules, rule), (*self._entries, *entries)
        else:
            self._rules = tuple(rule if one is known else one for one in self._rules)
            at = next(n for n, one in enumerate(self._entries) if one.rule.id == rule.id)
            others = [one for one in self._entries if one.rule.id != rule.id]
            self._entries = (*others[:at], *entries, *others[at:])
        self._narrow(self._since_s)

    def extend(self, rule_id: str, end_s: float) -> None:
        """Let a rule end at another time; nothing else about it changes."""
        changed = {
            one.id: msgspec.structs.replace(one, end_s=end_s)
            for one in self._rules
            if one.id == rule_id
        }
        self._rules = tuple(changed.get(one.id, one) for one in self._rules)
        self._entries = tuple(
            one._replace(rule=changed.get(one.rule.id, one.rule)) for one in self._entries
        )
        self._narrow(self._since_s)

    def take_off(self, rule_id: str) -> None:
        """Take one rule off; nothing where there is none of that id."""
        self._rules = tuple(one for one in self._rules if one.id != rule_id)
        self._entries = tuple(one for one in self._entries if one.rule.id != rule_id)
        self._narrow(self._since_s)

    def disarm(self) -> None:
        """Take every rule off, for good; again does nothing."""
        self._rules = ()
        self._entries = ()
        self._narrow(-math.inf)

    def active(self) -> int:
        """Count the rules that are not over as of the last instant asked about."""
        return sum(rule.end_s > self._since_s for rule in self._rules)

    def _touches(
        self, one: ArmedRule, exchange_key: str, attempt: str, now_s: float, traits: Traits
    ) -> bool:
        choice = one.choice
        if choice is None:
            drawn = self._is_drawn(one, exchange_key, attempt, now_s)
            return drawn and _is_due(one, traits, now_s)
        if not (is_armed(one.rule, now_s) and choice.means(traits)):
            return False
        drawn = self._is_drawn(one, exchange_key, attempt, now_s) and _is_due(one, traits, now_s)
        return drawn and choice.admits()

    def _is_drawn(self, one: ArmedRule, exchange_key: str, attempt: str, now_s: float) -> bool:
        share = share_at(one.rule, now_s)
        if share <= 0 or share >= 1:
            return share >= 1
        # Not the ordinal alone: it counts per endpoint, and two endpoints should not fall together.
        key = f"{one.endpoint}/{attempt}" if one.rule.draw == "attempt" else ""
        return draw(self._seed, one.rule.id, exchange_key, key) < share

    def _entries_of(self, rule: Rule) -> list[ArmedRule]:
        fault = _checked(rule, in_client=self._in_client)
        return [self._armed(rule, fault, endpoint) for endpoint in dict.fromkeys(rule.endpoints)]

    def _armed(self, rule: Rule, fault: Fault | ListenerFault, endpoint: str) -> ArmedRule:
        gate = fault.gate() if isinstance(fault, Fault) else None
        if not rule.selection:
            return ArmedRule(rule, fault, endpoint, gate)
        tally = self._tallies(rule, endpoint) if rule.counts.shared else OwnTally()
        choice = Choice(rule.match or Match(), rule.counts, tally)
        return ArmedRule(rule, fault, endpoint, gate, choice)

    def _keep_narrow(self, now_s: float) -> None:
        if not self._since_s <= now_s < self._until_s:
            self._narrow(now_s)

    def _narrow(self, now_s: float) -> None:
        change_s = next_change_s(self._rules, now_s)
        self._since_s = now_s
        self._until_s = math.inf if change_s is None else change_s
        armed = [entry for entry in self._entries if is_armed(entry.rule, now_s)]
        self._exchange = _by_endpoint(one for one in armed if isinstance(one.fault, Fault))
        self._listener = _by_endpoint(one for one in armed if isinstance(one.fault, ListenerFault))


def may_touch(armed: Iterable[ArmedRule], traits: Traits) -> bool:
    """Tell whether any of the candidates may touch a request, as far as its head says."""
    for one in armed:
        choice = one.choice
        if choice is None or choice.may_mean(traits):
            return True
    return False


def needs_body(armed: Iterable[ArmedRule], traits: Traits) -> bool:
    """Tell whether that takes the beginning of the request's body."""
    return any(_reads_body(one, traits) for one in armed)


def _reads_body(one: ArmedRule, traits: Traits) -> bool:
    choice = one.choice
    if choice is not None and choice.needs_body(traits):
        return True
    resends = isinstance(one.fault, Fault) and one.fault.resends
    return resends and (choice is None or choice.may_mean(traits))


def _checked(rule: Rule, *, in_client: bool) -> Fault | ListenerFault:
    fault = make_fault(rule.inject, in_client=in_client)
    whole = isinstance(fault, ListenerFault)
    if whole and (rule.share < 1 or rule.ramp_s > 0):
        raise msgspec.ValidationError(f"{rule.id}: a listener has no share and no ramp")
    for wrong in wrong_with(rule.match, rule.counts, fault.name if whole else ""):
        raise msgspec.ValidationError(f"{rule.id}: {'.'.join(wrong.path)}: {wrong.message}")
    return fault


def _is_due(one: ArmedRule, traits: Traits, now_s: float) -> bool:
    """Tell whether a fault that depends on what came before is due; those that do not, are."""
    if one.gate is None:
        return True
    return not one.gate.passes(Arrival(now_s, traits.under_way, traits.prompt_tokens))


def _refuse_twins(rules: Iterable[Rule]) -> None:
    """Two rules of one id would throw the same dice and be attested as one."""
    counts = Counter(rule.id for rule in rules)
    twins = [rule_id for rule_id, count in counts.items() if count > 1]
    if twins:
        raise msgspec.ValidationError(f"More than one fault is called {twins[0]!r}")


def _by_endpoint(entries: Iterable[ArmedRule]) -> _Armed:
    found: _Armed = {}
    for one in entries:
        found[one.endpoint] = (*found.get(one.endpoint, ()), one)
    return found


def _exchange_key(parent: Parent | None, content_key: str, *, own: bool) -> str:
    if parent is None:
        return content_key.partition(_CONTENT_ORDINAL)[0]
    return str(parent.exchange) if own else parent.trace_id
