from telemetry.assembly import Assembly
from telemetry.exchange import Attempt
from telemetry.identity import CANARY_FIRST_NUMBER
from telemetry.outcome import Outcome
from telemetry.record import Record
from telemetry.rows import AnyRow, AttemptBegun, AttemptEnded, Event
from tests.telemetry.scenes import (
    BIG_NS,
    CLOCK,
    MS,
    TAG,
    Spools,
    arrived,
    begun,
    ended,
    failover,
    finished,
    hop_of,
    left,
    numbered,
    opened,
    planned,
    small_run,
    touched,
)


def assemble(spools: Spools) -> Record:
    assembly = Assembly()
    for name, rows in numbered(spools).items():
        assembly.take_all((name, row) for row in rows)
    return assembly.record(TAG)


def only_attempt(*rows: AnyRow, injector: tuple[AnyRow, ...] = ()) -> Attempt:
    record = assemble({"worker-0": [planned(1, BIG_NS), *rows], "injector-0": list(injector)})
    (exchange,) = record.exchanges
    (attempt,) = exchange.attempts
    return attempt


def test_an_exchange_holds_its_attempts_each_with_what_the_proxy_saw() -> None:
    (exchange,) = assemble(failover(1, BIG_NS)).exchanges
    first, second = exchange.attempts
    assert exchange.succeeded
    assert exchange.served_by == "vertex"
    assert exchange.planned_ns == BIG_NS
    assert (first.endpoint, first.outcome) == ("azure", Outcome.SERVER_ERROR)
    assert first.hop is not None
    assert (first.hop.proxy, first.hop.status) == ("injector-0", 503)
    assert [touch.fault for touch in first.touches] == ["outage"]
    assert (second.endpoint, second.outcome, second.tokens) == ("vertex", Outcome.OK, 8)
    assert not second.touched
    assert second.hop is not None
    assert second.hop.status == 200


def test_exchanges_come_in_planned_order_and_attempts_by_ordinal() -> None:
    late, early = failover(1, BIG_NS + MS), failover(2, BIG_NS)
    late["worker-0"].reverse()
    record = assemble({name: late[name] + early[name] for name in late})
    assert [exchange.number for exchange in record.exchanges] == [2, 1]
    assert [attempt.ordinal for attempt in record.exchanges[1].attempts] == [0, 1]


def test_a_begin_without_an_end_is_in_flight() -> None:
    first = begun(1, 0, "azure", BIG_NS)
    record = assemble(
        {"worker-0": [planned(1, BIG_NS), first], "injector-0": [hop_of(7, first)]},
    )
    (exchange,) = record.exchanges
    (attempt,) = exchange.attempts
    assert (exchange.end_ns, exchange.outcome) == (None, Outcome.UNFINISHED)
    assert (attempt.end_ns, attempt.outcome) == (None, Outcome.UNFINISHED)
    assert attempt.hop is not None
    assert attempt.hop.end_ns is None


def test_canaries_and_foreign_traffic_are_other_hops() -> None:
    record = assemble(small_run())
    assert [hop.hop for hop in record.other_hops] == [900, 901]
    assert [trace[:8] for trace in record.other_traces] == [TAG, "ffffffff"]
    assert [fact.exchange for fact in record.faults].count(None) == 1


def test_a_canary_that_was_planned_is_no_exchange() -> None:
    assert assemble({"worker-0": [planned(CANARY_FIRST_NUMBER, BIG_NS)]}).exchanges == ()


def test_a_hop_of_another_run_is_not_joined() -> None:
    first = begun(1, 0, "azure", BIG_NS)
    foreign = hop_of(1, first, tag="deadbeef")
    record = assemble({"worker-0": [planned(1, BIG_NS), first], "injector-0": [foreign]})
    assert record.exchanges[0].attempts[0].hop is None
    assert record.other_traces == (foreign.trace_id,)


def test_trace_ids_that_are_none_do_no_harm() -> None:
    hops = [arrived(n, "azure", BIG_NS, t, "") for n, t in enumerate(["", TAG, TAG + "z" * 24])]
    assert len(assemble({"injector-0": list(hops)}).other_hops) == 3


def test_a_second_hop_with_the_same_parent_is_kept_apart() -> None:
    first = begun(1, 0, "azure", BIG_NS)
    hops = [hop_of(5, first), hop_of(6, first)]
    record = assemble({"worker-0": [planned(1, BIG_NS), first], "injector-0": [*hops]})
    hop = record.exchanges[0].attempts[0].hop
    assert hop is not None
    assert hop.hop == 5
    assert [other.hop for other in record.other_hops] == [6]


def test_an_attestation_without_its_own_trace_takes_that_of_its_hop() -> None:
    first = begun(1, 0, "azure", BIG_NS)
    hop = hop_of(5, first)
    fault = touched(hop)
    fault.trace_id = fault.parent_span_id = ""
    assert only_attempt(first, injector=(hop, fault)).touched


def closed(at_ns: int, fault: str = "down", endpoint: str = "azure") -> Event:
    return Event(name="listener_closed", at_ns=at_ns, subject=endpoint, facts={"fault": fault})


def opened_again(at_ns: int, fault: str = "down", endpoint: str = "azure") -> Event:
    return Event(name="listener_opened", at_ns=at_ns, subject=endpoint, facts={"fault": fault})


Refused = tuple[AttemptBegun, AttemptEnded]


def refused(at_ns: int, outcome: Outcome = Outcome.CONNECT_REFUSED) -> Refused:
    return begun(1, 0, "azure", at_ns), finished(1, 0, at_ns + 1, outcome)


def test_a_connect_error_while_the_listener_is_closed_attests_its_fault() -> None:
    shut = (closed(BIG_NS), opened_again(BIG_NS + 100))
    for outcome in (
        Outcome.CONNECT_REFUSED,
        Outcome.CONNECT_TIMEOUT,
        Outcome.CONNECT_FAILED,
        Outcome.CLOSED_BEFORE_HEAD,
    ):
        (touch,) = only_attempt(*refused(BIG_NS + 50, outcome), injector=shut).touches
        assert (touch.fault, touch.action, touch.asked_upstream) == ("down", "refused", False)


def test_an_error_before_after_or_elsewhere_attests_nothing() -> None:
    shut = (closed(BIG_NS), opened_again(BIG_NS + 100))
    assert not only_attempt(*refused(BIG_NS - 50), injector=shut).touched
    assert not only_attempt(*refused(BIG_NS + 150), injector=shut).touched
    other = (closed(BIG_NS, endpoint="vertex"),)
    assert not only_attempt(*refused(BIG_NS + 50), injector=other).touched


def test_other_errors_while_the_listener_is_closed_are_not_the_faults() -> None:
    shut = (closed(BIG_NS), opened_again(BIG_NS + 100))
    for outcome in (Outcome.SERVER_ERROR, Outcome.STALLED, Outcome.NAME_UNRESOLVED):
        assert not only_attempt(*refused(BIG_NS + 50, outcome), injector=shut).touched
    first, end = refused(BIG_NS + 50, Outcome.CLOSED_BEFORE_HEAD)
    assert not only_attempt(first, end, injector=(*shut, hop_of(1, first))).touched


def test_an_attempt_caught_by_the_closing_is_attested() -> None:
    begin, end = (
        begun(1, 0, "azure", BIG_NS - 5),
        finished(1, 0, BIG_NS + 5, Outcome.CONNECT_FAILED),
    )
    assert only_attempt(begin, end, injector=(closed(BIG_NS),)).touched


def test_a_listener_that_never_opened_stays_closed() -> None:
    assert only_attempt(*refused(BIG_NS + 10**12), injector=(closed(BIG_NS),)).touched


def test_two_faults_on_one_listener_are_told_apart() -> None:
    events = (
        closed(BIG_NS, "one"),
        closed(BIG_NS + 10, "two"),
        opened_again(BIG_NS + 20, "one"),
        closed(BIG_NS + 22, "two"),
        opened_again(BIG_NS + 40, "two"),
    )
    both = only_attempt(*refused(BIG_NS + 15), injector=events).touches
    assert {touch.fault for touch in both} == {"one", "two"}
    (later,) = only_attempt(*refused(BIG_NS + 30), injector=events).touches
    assert later.fault == "two"


def test_a_flapping_listener_touches_an_attempt_once() -> None:
    begin, end = begun(1, 0, "azure", BIG_NS), finished(1, 0, BIG_NS + 90, Outcome.CONNECT_TIMEOUT)
    events = [closed(BIG_NS), opened_again(BIG_NS + 10), closed(BIG_NS + 20)]
    assert len(only_attempt(begin, end, injector=tuple(events)).touches) == 1


def test_the_clock_is_the_conductors_if_it_has_one() -> None:
    other = opened("aardvark")
    other.host = "elsewhere"
    assert assemble({"aardvark-0": [other], "conductor-0": [opened("conductor")]}).clock == CLOCK
    assert assemble({"aardvark-0": [other]}).clock.host == "elsewhere"


def test_the_run_tag_is_read_off_the_exchanges() -> None:
    assembly = Assembly()
    assert assembly.run_tag == ""
    assembly.take("worker-0", planned(1, BIG_NS))
    assert assembly.run_tag == TAG


def test_the_counts_are_those_of_the_rows() -> None:
    assembly = Assembly()
    for name, rows in small_run().items():
        assembly.take_all((name, row) for row in rows)
    counts = assembly.counts
    assert (counts.exchanges, counts.exchange_ends) == (3, 3)
    assert (counts.attempts, counts.attempt_ends) == (6, 6)
    assert (counts.hops, counts.hop_ends) == (8, 8)
    assert (counts.faults, counts.events) == (4, 2)


def test_an_attempt_whose_exchange_is_on_no_row_is_in_the_tables_only() -> None:
    assembly = Assembly()
    assembly.take("worker-0", begun(5, 0, "azure", BIG_NS))
    assembly.take("worker-0", ended(5, BIG_NS))
    assert assembly.record(TAG).exchanges == ()
    assert len(assembly.tables(TAG).attempts) == 1


def test_a_hop_end_without_its_begin_is_no_hop() -> None:
    assert assemble({"injector-0": [left(3, BIG_NS)]}).other_hops == ()
