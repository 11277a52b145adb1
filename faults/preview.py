"""Which requests would be hit by which faults, thrown with the injector's own dice. Pure."""

from collections import Counter
from collections.abc import Iterable, Iterator
from heapq import heappop, heappush
from typing import NamedTuple

import msgspec

from faults.content_keys import content_key
from faults.heads import HEAD_END, attempt_key_in, parent_in
from faults.request import Request
from faults.rules import ArmedRule, RuleBook, may_touch
from faults.selection.match import Match, said
from telemetry.identity import Parent, attempt_span_id, trace_id


class Foreseen(msgspec.Struct, frozen=True, kw_only=True):
    """A request that may come: where, when, and either whose attempt it is or what it says.

    `exchange` is one of the run's own; `ordinal` counts its attempts at this endpoint, and is
    counted here where it is not said. Without `exchange` the head and the body decide, as for
    any other traffic; `begin_s` may stand for `at_s`, as in a record of attempts. What a rule asks
    of requests it asks of `method`, `target`, `headers` and `body`; `new_connection`: it is the
    first of its connection. `end_s`, when its answer is over, counts for rules that touch only so
    many at once.
    """

    endpoint: str
    at_s: float | None = None
    begin_s: float | None = None
    end_s: float | None = None
    exchange: int | None = None
    ordinal: int | None = None
    method: str = "POST"
    target: str = "/"
    headers: dict[str, str] = {}
    body: str = ""
    new_connection: bool | None = None

    @property
    def when_s(self) -> float:
        """When it comes, seconds from time zero; ValueError where that is not said."""
        found = self.begin_s if self.at_s is None else self.at_s
        if found is None:
            raise ValueError("at_s is missing: when it comes, in seconds from time zero")
        return found

    def request(self) -> Request:
        """Return the request as a proxy would read it."""
        lines = [f"{self.method} {self.target} HTTP/1.1"]
        lines += [f"{name}: {value}" for name, value in self.headers.items()]
        head = "\r\n".join(lines).encode() + HEAD_END
        low = head.lower()
        parent = parent_in(low)
        return Request(head, low, parent, None if parent is None else attempt_key_in(low))

    @property
    def tells(self) -> bool:
        """It says what is asked, not only by whom."""
        return self.target != "/" or bool(self.headers or self.body)


class Hit(NamedTuple):
    """What would become of one request."""

    number: int
    foreseen: Foreseen
    faults: tuple[str, ...]


def foresee(book: RuleBook, run_tag: str, requests: Iterable[Foreseen]) -> Iterator[Hit]:
    """Decide about each request, in the order of their arrival; numbers count from 1.

    ValueError for one that does not say what a rule asks.
    """
    contents: dict[str, Counter[int]] = {}
    attempts: Counter[tuple[str, int]] = Counter()
    under_way: list[tuple[float, int, tuple[ArmedRule, ...]]] = []
    for number, one in enumerate(requests, 1):
        while under_way and under_way[0][0] <= one.when_s:
            _release(heappop(under_way)[2])
        listener = book.listener_armed(one.endpoint, one.when_s)
        seen = contents.setdefault(one.endpoint, Counter())
        touching = () if listener else _exchange_faults(book, run_tag, one, seen, attempts)
        if one.end_s is not None and touching:
            heappush(under_way, (one.end_s, number, touching))
        yield Hit(number, one, tuple(armed.rule.id for armed in listener or touching))


def _exchange_faults(
    book: RuleBook,
    run_tag: str,
    one: Foreseen,
    seen: "Counter[int]",
    attempts: "Counter[tuple[str, int]]",
) -> tuple[ArmedRule, ...]:
    armed = book.armed(one.endpoint, one.when_s)
    request = one.request()
    traits = request.traits(first=bool(one.new_connection), body=one.body.encode)
    _refuse_unsaid(armed, one)
    if one.exchange is not None:
        key = one.ordinal
        if key is None:
            key = attempts[one.endpoint, one.exchange]
        attempts[one.endpoint, one.exchange] += 1
        _refuse_untold(armed, one)
        trace = trace_id(run_tag, one.exchange)
        parent = Parent(trace, attempt_span_id(trace, key))
        return book.decide(armed, parent, key, "", one.when_s, traits)
    if not may_touch(armed, traits):
        return ()
    if request.keyed_by == "attempt":
        return book.decide(armed, request.parent, request.attempt_key, "", one.when_s, traits)
    content = content_key(seen, request.content(one.body.encode()))
    return book.decide(armed, request.parent, request.attempt_key, content, one.when_s, traits)


def _release(chosen: Iterable[ArmedRule]) -> None:
    for one in chosen:
        if one.choice is not None:
            one.choice.release()


def _refuse_unsaid(armed: Iterable[ArmedRule], one: Foreseen) -> None:
    """Refuse what a head and a body do not tell, and nobody can guess."""
    for rule in (each.rule for each in armed):
        if rule.max_active is not None and one.end_s is None:
            missing = "end_s", "max_active"
        elif rule.match is not None and rule.match.new_connections and one.new_connection is None:
            missing = "new_connection", "new_connections"
        else:
            continue
        raise ValueError(
            f"{missing[0]} is missing at {one.endpoint}, {one.when_s:g} s: {rule.id} goes by it "
            f"with {missing[1]}"
        )


def _refuse_untold(armed: Iterable[ArmedRule], one: Foreseen) -> None:
    asking = [each.rule for each in armed if each.rule.match is not None]
    if asking and not one.tells:
        what = ", ".join(said(asking[0].match or Match()))
        raise ValueError(
            f"{asking[0].id} asks for {what}, and the request of exchange {one.exchange} at "
            f"{one.when_s:g} s is not told: target, headers, body"
        )
