import pytest
from msgspec.structs import replace

from experiments.judging.contradictions import contradictions
from telemetry.exchange import Exchange, Hop
from tests.experiments.scenario import record
from tests.telemetry.synthetic import at, attempt, evidence, exchange, failed_over, touch

GOOD = failed_over(1, 21.0)


def said(one: Exchange) -> list[str]:
    return list(contradictions(record([one]), evidence([one])))


def with_attempt(**facts: int | Hop) -> Exchange:
    first, *rest = GOOD.attempts
    return replace(GOOD, attempts=(replace(first, **facts), *rest))


def test_what_came_in_order_is_no_contradiction() -> None:
    assert said(GOOD) == []
    assert said(exchange(1, 21.0, attempt("azure", 21.5), late=0.5, ended=False)) == []


@pytest.mark.parametrize(
    "wrong",
    [
        replace(GOOD, dispatched_ns=at(20.0)),
        replace(GOOD, dispatched_ns=at(21.5)),
        replace(GOOD, end_ns=at(20.0)),
        with_attempt(begin_ns=at(20.0)),
        with_attempt(end_ns=at(20.0)),
        with_attempt(first_token_ns=at(20.0)),
        with_attempt(first_token_ns=at(23.0)),
        replace(GOOD, attempts=(attempt("azure", 21.0, touches=[touch("outage", 20.0)]),)),
        with_attempt(hop=Hop(proxy="injector-0", hop=0, endpoint="azure", begin_ns=at(20.0))),
    ],
    ids=["sent", "tried", "ended", "begun", "over", "token", "token-late", "touched", "seen"],
)
def test_an_effect_before_its_cause_is_a_contradiction(wrong: Exchange) -> None:
    (sentence,) = said(wrong)
    assert sentence.startswith("1 exchange with effects before their causes")
    assert wrong.trace_id in sentence


def test_less_than_a_millisecond_is_no_contradiction() -> None:
    assert said(replace(GOOD, dispatched_ns=GOOD.planned_ns - 999_999)) == []


def test_orphans_are_told() -> None:
    (sentence,) = contradictions(replace(record([GOOD]), orphans=2), evidence([GOOD]))
    assert sentence.startswith("2 attempts on record")


def test_a_row_that_is_there_twice_is_no_second_exchange() -> None:
    other = failed_over(2, 22.0)
    twice = [GOOD, other, other]
    (reason,) = contradictions(record(twice), evidence(twice))
    assert reason == "1 row of exchanges or attempts on record twice"
    doubled = replace(GOOD, attempts=(*GOOD.attempts, GOOD.attempts[0]))
    assert said(doubled) == ["1 row of exchanges or attempts on record twice"]
