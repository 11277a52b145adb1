from telemetry.query import ask
from tests.telemetry.asked import lines, outage, seen
from tests.telemetry.synthetic import at, event

RUN = seen(
    outage(),
    [event("breaker", 21.5, "azure", state="open"), event("run_end", 62.0, drained_ns=at(61.5))],
)


def test_an_event_is_told_with_when_and_by_whom() -> None:
    breaker, end = lines("events", RUN)
    assert (breaker["at_s"], breaker["name"], breaker["subject"]) == (21.5, "breaker", "azure")
    assert breaker["spool"] == "any-0"
    assert end["subject"] is None


def test_facts_can_be_asked_for_by_name() -> None:
    answer = ask(RUN, "select facts ->> 'state' from events where name = 'breaker'")
    assert answer.rows == (("open",),)


def test_a_time_among_the_facts_becomes_seconds_by_the_runs_time_zero() -> None:
    told = "((facts ->> 'drained_ns')::bigint - zero_ns) / 1e9"
    assert ask(RUN, f"select {told} from events, run where name = 'run_end'").rows == ((61.5,),)
