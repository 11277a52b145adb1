from telemetry.logs.bounded import Bounded
from telemetry.logs.events import of_event
from tests.telemetry.logs.told import event, said

(FROZEN,) = of_event(event("frozen"))
(KILLED,) = of_event(event("killed"))


def test_the_first_of_each_event_are_let_through_and_the_others_counted() -> None:
    bounded = Bounded(most=2)
    assert [bounded.admits(fact) for fact in (FROZEN, FROZEN, FROZEN, KILLED, FROZEN)] == [
        True,
        True,
        False,
        True,
        False,
    ]
    (fact,) = bounded.omitted(9)
    assert said([fact]) == [
        ("log.omitted", "2 more of crosswind.faults.frozen are not written here")
    ]
    assert fact.at_ns == 9
    assert fact.attributes == {"crosswind.log.event": FROZEN.event, "crosswind.count": 2}


def test_a_log_that_is_whole_says_nothing_of_it() -> None:
    bounded = Bounded(most=1)
    assert bounded.admits(FROZEN)
    assert not list(bounded.omitted(9))
