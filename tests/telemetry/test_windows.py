from telemetry.exchange import Exchange, Window
from telemetry.figure import Scope
from telemetry.record import EventFact
from telemetry.windows import (
    hits,
    names_of,
    no_window,
    touched_in,
    untouched,
    window_of,
    windows_of,
)
from tests.telemetry.synthetic import (
    at,
    attempt,
    evidence,
    exchange,
    failed_over,
    refused,
    touch,
    window,
    window_events,
)

RECORD_END_NS = at(62)


def windows(*events: EventFact, exchanges: list[Exchange] | None = None) -> tuple[Window, ...]:
    return windows_of(events, exchanges or [], record_end_ns=RECORD_END_NS)


def test_a_window_lies_between_its_two_events() -> None:
    (one,) = windows(*window_events("outage", 20, 40, endpoints="azure,west", share=0.5))
    assert (one.group, one.faults, one.endpoints) == ("outage", ("outage",), ("azure", "west"))
    assert (one.start_ns, one.end_ns, one.share, one.first_hit_ns) == (at(20), at(40), 0.5, None)
    assert not one.listener
    assert not one.may_miss


def test_a_window_without_its_end_reaches_to_the_records_end() -> None:
    (one,) = windows(*window_events("outage", 20, None))
    assert one.end_ns == RECORD_END_NS


def test_an_end_without_a_start_is_no_window() -> None:
    assert windows(window_events("outage", 20, 40)[1]) == ()


def test_overlapping_members_of_a_group_are_one_window() -> None:
    (one,) = windows(
        *window_events("errors", 20, 30, group="outage", share=0.3),
        *window_events("hang", 25, 40, group="outage", endpoints="west", listener=True),
    )
    assert one.faults == ("errors", "hang")
    assert one.endpoints == ("azure", "west")
    assert (one.start_ns, one.end_ns, one.share, one.listener) == (at(20), at(40), 1.0, True)


def test_members_that_follow_each_other_within_a_tenth_of_a_second_are_one_window() -> None:
    first = window_events("errors", 20, 30, group="outage")
    assert len(windows(*first, *window_events("hang", 30.1, 40, group="outage"))) == 1
    assert len(windows(*first, *window_events("hang", 30.101, 40, group="outage"))) == 2


def test_a_longer_member_that_began_first_holds_its_window_open() -> None:
    long = window_events("long", 20, 40, group="outage")
    short = window_events("short", 22, 24, group="outage")
    late = window_events("late", 39, 41, group="outage")
    assert [(w.start_ns, w.end_ns) for w in windows(*long, *short, *late)] == [(at(20), at(41))]


def test_a_window_is_partial_where_one_of_its_endpoints_is_not_meant_whole() -> None:
    whole = window_events("whole", 20, 40, group="outage", endpoints="azure,vertex")
    some = window_events("some", 20, 40, group="outage", selection='{"first_n":5}')
    elsewhere = window_events("else", 20, 40, group="outage", endpoints="third", share=0.3)
    assert [w.partial for w in windows(*whole, *some)] == [""]
    (one,) = windows(*whole, *some, *elsewhere)
    assert (one.share, one.partial) == (1.0, "that chooses among requests")


def test_occurrences_of_a_group_are_windows_with_names_of_their_own() -> None:
    found = windows(*window_events("flap", 30, 35), *window_events("flap", 20, 25))
    assert [(w.start_ns, w.end_ns) for w in found] == [(at(20), at(25)), (at(30), at(35))]
    assert list(names_of(found).values()) == ["flap", "flap#2"]


def test_faults_without_a_common_group_have_windows_of_their_own() -> None:
    found = windows(*window_events("a", 20, 40), *window_events("b", 20, 40, endpoints="vertex"))
    assert [w.group for w in found] == ["a", "b"]


def test_an_attempt_under_way_as_the_window_opens_is_not_hit_before_it() -> None:
    cut = exchange(0, 18.0, attempt("azure", 18.0, 20.2, touches=[touch("outage", 20.1)]))
    (one,) = windows_of(window_events("outage", 20.0, 40.0), [cut], record_end_ns=at(60))
    assert (one.first_hit_ns, one.touched_attempts) == (at(20), 1)


def test_the_first_hit_is_the_start_of_the_earliest_attempt_that_was_touched() -> None:
    exchanges = [failed_over(2, 21.0), failed_over(1, 20.5), exchange(0, 20.0)]
    (one,) = windows(*window_events("outage", 20, 40), exchanges=exchanges)
    assert one.first_hit_ns == at(20.5)
    assert (one.touched_attempts, one.touched_exchanges) == (2, 2)


def test_two_hits_of_one_exchange_are_two_attempts_and_one_exchange() -> None:
    twice = exchange(0, 20.0, refused("azure", 20.0), refused("azure", 20.1))
    (one,) = windows(*window_events("outage", 20, 40), exchanges=[twice])
    assert (one.touched_attempts, one.touched_exchanges) == (2, 1)


def test_a_touch_belongs_to_the_latest_occurrence_that_had_begun() -> None:
    exchanges = [failed_over(0, 21), failed_over(1, 26), failed_over(2, 31)]
    events = [*window_events("outage", 20, 25), *window_events("outage", 30, 35)]
    first, second = windows(*events, exchanges=exchanges)
    assert (first.first_hit_ns, first.touched_exchanges) == (at(21), 2)
    assert (second.first_hit_ns, second.touched_exchanges) == (at(31), 1)


def test_a_touch_knows_its_window_and_one_of_no_windows_fault_has_none() -> None:
    found = windows(*window_events("flap", 20, 25), *window_events("flap", 30, 35))
    assert [window_of(touch("flap", t), found) for t in (21.0, 29.95, 31.0)] == [
        found[0],
        found[1],
        found[1],
    ]
    assert window_of(touch("other", 21.0), found) is None


def test_another_faults_touch_is_no_hit() -> None:
    other = exchange(0, 21.0, refused("azure", 21.0, fault="slow"))
    (one,) = windows(*window_events("outage", 20, 40), exchanges=[other])
    assert one.first_hit_ns is None


def test_a_touch_recorded_a_moment_before_the_switch_counts() -> None:
    early = exchange(0, 19.99, attempt("azure", 19.99, touches=[touch("outage", 19.999)]))
    (one,) = windows(*window_events("outage", 20, 40), exchanges=[early])
    assert one.touched_exchanges == 1


def test_groups_that_may_miss_are_marked() -> None:
    (one,) = windows_of(
        window_events("outage", 20, 40), [], record_end_ns=RECORD_END_NS, may_miss={"outage"}
    )
    assert one.may_miss


def test_hits_are_in_the_order_in_which_they_were_sent() -> None:
    seen = evidence([failed_over(1, 22), failed_over(0, 21), exchange(2, 20)], window())
    assert [(e.number, a.endpoint) for e, a in hits(seen, seen.windows[0])] == [
        (0, "azure"),
        (1, "azure"),
    ]


def test_touched_in_a_phase_are_those_that_count_for_it() -> None:
    seen = evidence([failed_over(0, 21), failed_over(1, 45)], window())
    assert [e.number for e, _ in touched_in(seen, Scope(phase="fault"))] == [0]
    assert [e.number for e, _ in touched_in(seen, Scope(window=seen.windows[0]))] == [0, 1]


def test_what_cannot_be_measured_says_why() -> None:
    assert "outage" in untouched(window()).reason
    assert untouched(window()).value is None
    assert no_window().value is None


def test_a_window_is_partial_unless_one_of_its_faults_was_for_everybody() -> None:
    some = window_events("some", 20, 40, group="g", selection='{"first_n":3}')
    half = window_events("half", 20, 40, group="g", share=0.5)
    whole = window_events("whole", 20, 40, group="g")
    partial = [one.partial for events in ((some,), (half,), (some, half), (some, half, whole))
               for one in windows(*(event for pair in events for event in pair))]  # fmt: skip
    assert partial == [
        "that chooses among requests",
        "of share 0.5, below 1",
        "that chooses among requests",
        "",
    ]
