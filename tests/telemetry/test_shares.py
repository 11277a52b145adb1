from telemetry.figure import Scope
from telemetry.shares import (
    attempt_share,
    counted,
    exchange_share,
    load_end_ns,
    named,
    planned_between,
    planned_in,
)
from tests.telemetry.synthetic import at, evidence, exchange, steady, window


def test_a_share_is_a_percentage_of_what_there_is() -> None:
    bad = [exchange(3, 1.0), exchange(2, 1.0)]
    figure = exchange_share(bad, 8, "failed")
    assert (figure.value, figure.samples, figure.reason) == (25.0, 8, "2 of 8 exchanges failed")
    assert figure.worst == (bad[1].trace_id, bad[0].trace_id)


def test_a_share_of_nothing_is_unknown() -> None:
    assert exchange_share([], 0, "failed").value is None
    assert attempt_share(0, 0, "failed").reason == "there is no attempt to measure"


def test_at_most_five_exchanges_are_named_each_once() -> None:
    assert attempt_share(7, 9, "", [*"gfedcba", "a"]).worst == ("a", "b", "c", "d", "e")


def test_planned_in_takes_planned_starts_not_what_reaches_in() -> None:
    exchanges = [exchange(2, 40.0), exchange(1, 39.9), exchange(0, 19.9)]
    seen = evidence(exchanges, window())
    assert [e.number for e in planned_in(seen, Scope(phase="fault"))] == [1]
    assert [e.number for e in planned_in(seen, Scope(window=seen.windows[0]))] == [1]
    assert [e.number for e in planned_in(seen, Scope())] == [0, 1, 2]
    assert planned_in(seen, Scope(phase="nowhere")) == []


def test_planned_between_is_closed_at_its_start_and_open_at_its_end() -> None:
    seen = evidence(steady(0, 1))
    assert [e.number for e in planned_between(seen, at(0.2), at(0.4))] == [2, 3]


def test_the_load_ends_with_the_last_phase_or_with_the_run() -> None:
    assert load_end_ns(evidence([])) == at(60)
    assert load_end_ns(evidence([], end=33.0)) == at(33)
    assert load_end_ns(evidence([], phases=())) == at(62)


def test_words_for_numbers_and_endpoints() -> None:
    assert (counted(1, "pool"), counted(0, "pool")) == ("1 pool", "0 pools")
    assert (named(("a", "b")), named(())) == ("a or b", "no endpoint")
