"""From tables to the record: attempts under their exchanges, faults upon the attempts they touched.

Pure. What is joined here is stored nowhere: it follows from the tables each time they are read.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence

import msgspec

from telemetry.behind_gateway import Behind, hops_behind, touch_of, with_attempts
from telemetry.chains import exchanges_of, exit_code, is_command
from telemetry.clock import nanoseconds
from telemetry.exchange import Attempt, Exchange, Touch
from telemetry.identity import CANARY_FIRST_NUMBER, GATEWAY, is_canary, own_exchange
from telemetry.outcome import Outcome
from telemetry.record import EventFact, Record
from telemetry.tables import Tables

CONNECT_ERRORS = frozenset(
    {
        Outcome.CONNECT_REFUSED,
        Outcome.CONNECT_TIMEOUT,
        Outcome.CONNECT_FAILED,
        Outcome.TLS_FAILED,
    }
)
"""How a connection ends that a closed listener, or one that fails its handshakes, refused."""

CUTTING_NS = nanoseconds(0.1)
"""Open connections that a fault cuts when it closes the listener are cut within this time."""


class Closure(msgspec.Struct, frozen=True, kw_only=True):
    """A stretch in which a fault kept a listener closed; `end_ns` is inf when it never opened."""

    endpoint: str
    fault: str
    begin_ns: int
    end_ns: float


def join(tables: Tables) -> Record:
    """Return the record that the tables make; canaries and orphaned attempts are left out."""
    attempts = _touched_attempts(tables)
    behind = hops_behind(tables)
    exchanges = tuple(
        with_attempts(exchange, attempts[exchange.number], behind)
        for exchange in tables.exchanges
        if not is_canary(exchange.number)
    )
    if is_command(tables.events):
        exchanges = _of_the_command(tables, behind)
    return Record(
        run_tag=tables.run_tag,
        clock=tables.clock,
        exchanges=exchanges,
        events=tables.events,
        faults=tables.faults,
        spools=tables.spools,
        other_hops=tuple(other.hop for other in tables.other_hops),
        other_traces=tuple(other.trace_id for other in tables.other_hops),
        orphans=_orphans(tables),
    )


def _of_the_command(tables: Tables, behind: Behind) -> tuple[Exchange, ...]:
    """Return what a command under test did; canaries, which carry the run's tag, are not its."""
    own = f"{tables.run_tag}{CANARY_FIRST_NUMBER >> 8:06x}"
    hops = (o.hop for o in tables.other_hops if not o.trace_id.startswith(own))
    return exchanges_of(hops, tables.run_tag, behind.touches, exit_code(tables.events))


def closures(events: Iterable[EventFact]) -> tuple[Closure, ...]:
    """Return when listeners were closed, from the injector's events in time order.

    A listener is open to everybody or to nobody: an opening ends whatever closed that endpoint's,
    also where one fault took it over from another.
    """
    shut: dict[tuple[str, str], int] = {}
    found: list[Closure] = []
    for event in events:
        fault = str(event.facts.get("fault") or "")
        if event.name == "listener_closed":
            shut.setdefault((event.subject, fault), event.at_ns)
        elif event.name == "listener_opened":
            ended = [key for key in shut if key[0] == event.subject]
            found += [_closure(key, shut.pop(key), event.at_ns) for key in ended]
    found += [_closure(key, begin_ns, math.inf) for key, begin_ns in shut.items()]
    return tuple(found)


def _closure(key: tuple[str, str], begin_ns: int, end_ns: float) -> Closure:
    return Closure(endpoint=key[0], fault=key[1], begin_ns=begin_ns, end_ns=end_ns)


def _orphans(tables: Tables) -> int:
    """Count attempts without an exchange, and requests of this run's that no attempt sent.

    A client may send an attempt's request again on a new connection: that hop has its attempt.
    """
    numbers = {exchange.number for exchange in tables.exchanges}
    fronted = {attempt.exchange for attempt in tables.attempts if attempt.endpoint == GATEWAY}
    spans = {(attempt.exchange, attempt.span_id) for attempt in tables.attempts}
    sent = (
        (own_exchange(other.trace_id, tables.run_tag), other.parent_span_id)
        for other in tables.other_hops
    )
    unsent = {
        one for one in sent if one[0] is not None and one not in spans and one[0] not in fronted
    }
    lone = [a for a in tables.attempts if a.exchange not in numbers and not is_canary(a.exchange)]
    return len(lone) + len(unsent)


def _touched_attempts(tables: Tables) -> dict[int, list[Attempt]]:
    """Return the attempts by exchange, in the order in which they were made."""
    attested: dict[tuple[int | None, str], list[Touch]] = defaultdict(list)
    for fact in tables.faults:
        attested[fact.exchange, fact.parent_span_id].append(touch_of(fact))
    closed = closures(tables.events)
    found: dict[int, list[Attempt]] = defaultdict(list)
    for attempt in tables.attempts:
        touches = attested.get((attempt.exchange, attempt.span_id), [])
        touches = touches + _refusals(attempt, closed, touches)
        found[attempt.exchange].append(
            msgspec.structs.replace(attempt, touches=tuple(touches)) if touches else attempt
        )
    for made in found.values():
        made.sort(key=lambda attempt: attempt.ordinal)
    return found


def _refusals(attempt: Attempt, closed: Sequence[Closure], touches: Sequence[Touch]) -> list[Touch]:
    """Return the listener faults that this attempt's connect error, or its cut, attests."""
    if not _could_not_connect(attempt):
        return [] if touches else _cuts(attempt, closed)
    at_ns = attempt.begin_ns if attempt.end_ns is None else attempt.end_ns
    faults = {
        closure.fault: None
        for closure in closed
        if closure.endpoint == attempt.endpoint
        and attempt.begin_ns < closure.end_ns
        and at_ns >= closure.begin_ns
    }
    known = {touch.fault for touch in touches}
    return [
        Touch(fault=fault, action="refused", at_ns=at_ns) for fault in faults if fault not in known
    ]


def _cuts(attempt: Attempt, closed: Sequence[Closure]) -> list[Touch]:
    """Return the listener faults that cut an open connection: its proxy did, as it closed.

    A reset that came from the provider carries that error, one that a script said is attested.
    """
    hop = attempt.hop
    if hop is None or hop.end_ns is None or hop.ending != "reset" or hop.error:
        return []
    at_ns, asked = hop.end_ns, hop.asked_upstream
    return [
        Touch(fault=closure.fault, action="reset", at_ns=at_ns, asked_upstream=asked)
        for closure in closed
        if closure.endpoint == attempt.endpoint
        and closure.begin_ns <= at_ns < closure.begin_ns + CUTTING_NS
    ]


def _could_not_connect(attempt: Attempt) -> bool:
    if attempt.outcome in CONNECT_ERRORS:
        return True
    return attempt.outcome is Outcome.CLOSED_BEFORE_HEAD and attempt.hop is None
