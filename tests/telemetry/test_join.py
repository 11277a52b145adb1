"""Faults upon the attempts that they touched, attempts under their exchanges."""

import math
from collections.abc import Iterable

import pytest

from telemetry.clock import ClockPair
from telemetry.exchange import Attempt, Exchange, Hop, Touch
from telemetry.identity import CANARY_FIRST_NUMBER, trace_id
from telemetry.join import CONNECT_ERRORS, Closure, closures, join
from telemetry.outcome import Outcome
from telemetry.record import EventFact, FaultFact, Scalar
from telemetry.tables import OtherHop, Tables


def attempt(
    number: int = 1,
    ordinal: int = 0,
    *,
    begin: int = 100,
    end: int | None = 200,
    outcome: Outcome = Outcome.OK,
    hop: Hop | None = None,
) -> Attempt:
    return Attempt(
        exchange=number,
        ordinal=ordinal,
        endpoint="azure",
        key=ordinal,
        span_id=span(ordinal),
        begin_ns=begin,
        end_ns=end,
        outcome=outcome,
        hop=hop,
    )


def span(ordinal: int) -> str:
    return f"{ordinal:016x}"


def exchange(number: int = 1) -> Exchange:
    return Exchange(
        number=number,
        trace_id="",
        replica=0,
        planned_ns=0,
        dispatched_ns=0,
        prompt_tokens=1,
        output_tokens=1,
    )


def attested(exchange: int | None = 1, ordinal: int = 0, fault: str = "outage") -> FaultFact:
    return FaultFact(
        spool="injector-0",
        fault=fault,
        hop=0,
        endpoint="azure",
        action="answered",
        at_ns=150,
        parent_span_id=span(ordinal),
        exchange=exchange,
        asked_upstream=True,
    )


def listener(what: str, at_ns: int, fault: str = "closed", endpoint: str = "azure") -> EventFact:
    facts: dict[str, Scalar] = {"fault": fault} if fault else {}
    return EventFact(
        spool="injector-0", name=f"listener_{what}", at_ns=at_ns, subject=endpoint, facts=facts
    )


def closure(begin: int, end: float, fault: str = "closed", endpoint: str = "azure") -> Closure:
    return Closure(endpoint=endpoint, fault=fault, begin_ns=begin, end_ns=end)


def tables(
    *attempts: Attempt,
    exchanges: Iterable[Exchange] = (exchange(),),
    faults: Iterable[FaultFact] = (),
    events: Iterable[EventFact] = (),
    other_hops: Iterable[OtherHop] = (),
) -> Tables:
    return Tables(
        run_tag="0badcafe",
        clock=ClockPair(host="ship", monotonic_ns=0, wall_ns=0),
        exchanges=tuple(exchanges),
        attempts=attempts,
        faults=tuple(faults),
        events=tuple(events),
        spools=(),
        other_hops=tuple(other_hops),
    )


def joined(
    *attempts: Attempt, faults: Iterable[FaultFact] = (), events: Iterable[EventFact] = ()
) -> tuple[Attempt, ...]:
    """Join the attempts of one exchange."""
    (only,) = join(tables(*attempts, faults=faults, events=events)).exchanges
    return only.attempts


def test_a_listener_is_closed_from_its_closing_to_its_opening() -> None:
    assert closures([listener("closed", 1), listener("opened", 5)]) == (closure(1, 5),)


def test_a_listener_that_never_opened_stays_closed() -> None:
    assert closures([listener("closed", 1)]) == (closure(1, math.inf),)


def test_closed_twice_it_is_closed_since_the_first_time() -> None:
    twice = [listener("closed", 1), listener("closed", 3), listener("opened", 5)]
    assert closures(twice) == (closure(1, 5),)


def test_closed_again_after_an_opening_it_is_another_closure() -> None:
    events = [listener(what, at) for at, what in enumerate(["closed", "opened"] * 2, 1)]
    assert closures(events) == (closure(1, 2), closure(3, 4))


def test_an_opening_ends_what_another_fault_closed_before_it_took_over() -> None:
    events = [listener("closed", 1, "a"), listener("opened", 5, "b")]
    assert closures(events) == (closure(1, 5, "a"),)


@pytest.mark.parametrize("named", ["", "a"])
def test_an_opening_ends_all_closures_of_its_endpoint_and_of_no_other(named: str) -> None:
    events = [
        listener("closed", 1, "a"),
        listener("closed", 2, "b"),
        listener("closed", 3, "a", "vertex"),
        listener("opened", 5, named),
    ]
    assert closures(events) == (
        closure(1, 5, "a"),
        closure(2, 5, "b"),
        closure(3, math.inf, "a", "vertex"),
    )


def test_an_opening_without_a_closing_and_other_events_are_no_closures() -> None:
    assert closures([listener("opened", 5), listener("probed", 6)]) == ()


def test_an_attestation_touches_the_attempt_that_it_names_alone() -> None:
    first, second = joined(attempt(ordinal=0), attempt(ordinal=1), faults=[attested(ordinal=1)])
    assert first.touches == ()
    assert second.touches == (
        Touch(fault="outage", action="answered", at_ns=150, asked_upstream=True),
    )


@pytest.mark.parametrize("elsewhere", [attested(exchange=2), attested(None), attested(ordinal=9)])
def test_an_attestation_of_anything_else_touches_nobody(elsewhere: FaultFact) -> None:
    (only,) = joined(attempt(), faults=[elsewhere])
    assert not only.touched


def test_two_faults_may_touch_one_attempt() -> None:
    (only,) = joined(attempt(), faults=[attested(fault="slow"), attested(fault="cut")])
    assert [touch.fault for touch in only.touches] == ["slow", "cut"]


@pytest.mark.parametrize("outcome", sorted(CONNECT_ERRORS))
def test_a_connect_error_while_the_listener_is_closed_is_the_faults(outcome: Outcome) -> None:
    (only,) = joined(attempt(outcome=outcome), events=[listener("closed", 50)])
    assert only.touches == (Touch(fault="closed", action="refused", at_ns=200),)


@pytest.mark.parametrize(
    ("closed", "opened", "touched"),
    [
        (50, 300, True),  # all the while
        (150, 160, True),  # in between
        (200, 300, True),  # when it ended
        (50, 101, True),  # when it began
        (50, 100, False),  # open again when it began
        (201, 300, False),  # not closed yet when it ended
    ],
)
def test_a_connect_error_is_the_faults_only_where_both_meet(
    closed: int, opened: int, *, touched: bool
) -> None:
    refused = attempt(outcome=Outcome.CONNECT_REFUSED)
    (only,) = joined(refused, events=[listener("closed", closed), listener("opened", opened)])
    assert only.touched is touched


def test_a_connect_error_elsewhere_is_no_faults() -> None:
    refused = attempt(outcome=Outcome.CONNECT_REFUSED)
    (only,) = joined(refused, events=[listener("closed", 50, endpoint="vertex")])
    assert only.native_error


def test_an_answer_is_not_refused_by_a_closed_listener() -> None:
    (only,) = joined(attempt(outcome=Outcome.SERVER_ERROR), events=[listener("closed", 50)])
    assert not only.touched


def test_a_close_before_the_head_is_the_listeners_only_where_no_proxy_took_the_request() -> None:
    taken = Hop(proxy="injector-0", hop=0, endpoint="azure", begin_ns=100)
    closed = Outcome.CLOSED_BEFORE_HEAD
    unseen, seen = joined(
        attempt(ordinal=0, outcome=closed),
        attempt(ordinal=1, outcome=closed, hop=taken),
        events=[listener("closed", 50)],
    )
    assert unseen.touched
    assert not seen.touched


def cut(at: int, *, ending: str = "reset", error: str | None = None) -> Attempt:
    """Return an attempt whose connection the proxy ended at `at`."""
    hop = Hop(
        proxy="injector-0",
        hop=0,
        endpoint="azure",
        begin_ns=100,
        end_ns=at,
        ending=ending,
        error=error,
        asked_upstream=True,
    )
    return attempt(outcome=Outcome.RESET_MID_STREAM, hop=hop, end=at + 10)


def test_a_connection_that_is_cut_as_the_listener_closes_is_the_faults() -> None:
    (only,) = joined(cut(160), events=[listener("closed", 150)])
    assert only.touches == (Touch(fault="closed", action="reset", at_ns=160, asked_upstream=True),)


@pytest.mark.parametrize(
    ("one", "closed"),
    [
        (cut(160), listener("closed", 161)),  # before
        (cut(100_000_150), listener("closed", 150)),  # much later
        (cut(160), listener("closed", 150, endpoint="vertex")),
        (cut(160, ending="complete"), listener("closed", 150)),
        (cut(160, error="ConnectionResetError"), listener("closed", 150)),  # by the provider
    ],
)
def test_a_connection_that_ends_otherwise_is_not_the_listener_faults(
    one: Attempt, closed: EventFact
) -> None:
    (only,) = joined(one, events=[closed])
    assert not only.touched


def test_a_reset_that_another_fault_attested_is_not_the_listener_faults_too() -> None:
    (only,) = joined(cut(160), faults=[attested(fault="rst")], events=[listener("closed", 150)])
    assert [touch.fault for touch in only.touches] == ["rst"]


def test_a_fault_that_attested_already_is_not_counted_again() -> None:
    (only,) = joined(
        attempt(outcome=Outcome.CONNECT_REFUSED),
        faults=[attested(fault="closed")],
        events=[listener("closed", 50)],
    )
    assert [touch.action for touch in only.touches] == ["answered"]


def test_a_fault_that_closed_twice_meanwhile_touches_once() -> None:
    events = [
        listener(what, at) for at, what in [(110, "closed"), (120, "opened"), (130, "closed")]
    ]
    (only,) = joined(attempt(outcome=Outcome.CONNECT_REFUSED), events=events)
    assert [touch.fault for touch in only.touches] == ["closed"]


def test_attempts_come_in_the_order_in_which_they_were_made() -> None:
    found = joined(attempt(ordinal=2), attempt(ordinal=0), attempt(ordinal=1))
    assert [one.ordinal for one in found] == [0, 1, 2]


def test_an_exchange_that_was_never_tried_has_no_attempts() -> None:
    assert joined() == ()


def test_orphaned_attempts_and_canaries_are_left_out() -> None:
    canary = CANARY_FIRST_NUMBER
    found = join(tables(attempt(9), attempt(canary), exchanges=[exchange(1), exchange(canary)]))
    assert [one.number for one in found.exchanges] == [1]
    assert found.exchanges[0].attempts == ()


def test_other_hops_keep_their_traces_in_the_same_order() -> None:
    others = [
        OtherHop(hop=Hop(proxy="injector-0", hop=n, endpoint="azure", begin_ns=n), trace_id=str(n))
        for n in (3, 1, 2)
    ]
    found = join(tables(other_hops=others))
    assert [hop.hop for hop in found.other_hops] == [3, 1, 2]
    assert found.other_traces == ("3", "1", "2")


def other(number: int, parent: str) -> OtherHop:
    hop = Hop(proxy="injector-0", hop=number, endpoint="azure", begin_ns=100)
    return OtherHop(hop=hop, trace_id=trace_id("0badcafe", number), parent_span_id=parent)


def test_an_attempt_without_its_exchange_is_an_orphan() -> None:
    assert join(tables(attempt(1), attempt(9))).orphans == 1


def test_a_request_at_the_proxy_that_no_attempt_sent_is_an_orphan() -> None:
    assert join(tables(attempt(1), other_hops=[other(1, span(7))])).orphans == 1


def test_a_request_sent_again_a_canary_and_a_bystander_are_no_orphans() -> None:
    stranger = OtherHop(hop=other(3, "").hop, trace_id="f" * 32, parent_span_id=span(0))
    others = [other(1, span(0)), other(CANARY_FIRST_NUMBER, span(5)), stranger]
    assert join(tables(attempt(1), other_hops=others)).orphans == 0
