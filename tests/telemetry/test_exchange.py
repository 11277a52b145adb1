import math

from telemetry.exchange import Attempt, Evidence, Exchange, Phase, Touch
from telemetry.outcome import Outcome

S = 1_000_000_000


def attempt(
    ordinal: int, endpoint: str, outcome: Outcome, first_token_ns: int | None = None
) -> Attempt:
    return Attempt(
        exchange=1,
        ordinal=ordinal,
        endpoint=endpoint,
        key=0,
        span_id=f"{ordinal:016x}",
        begin_ns=10 * S,
        outcome=outcome,
        first_token_ns=first_token_ns,
    )


def exchange(planned_s: float, end_s: float | None, **more: object) -> Exchange:
    facts = {
        "number": 1,
        "trace_id": "f" * 32,
        "replica": 0,
        "planned_ns": round(planned_s * S),
        "dispatched_ns": round(planned_s * S) + S // 10,
        "end_ns": None if end_s is None else round(end_s * S),
        "prompt_tokens": 1,
        "output_tokens": 1,
    }
    return Exchange(**{**facts, **more})  # type: ignore[arg-type]


def evidence(*exchanges: Exchange) -> Evidence:
    marks = [("warm_up", 0, 5), ("baseline", 5, 20), ("fault", 20, 40), ("recovery", 40, 60)]
    return Evidence(
        exchanges=exchanges,
        phases=tuple(Phase(name=n, start_ns=a * S, end_ns=b * S) for n, a, b in marks),
        windows=(),
        endpoints=("azure", "vertex"),
        start_ns=0,
        end_ns=70 * S,
    )


def test_time_to_first_token_counts_from_the_plan_and_only_for_a_success() -> None:
    served = attempt(1, "vertex", Outcome.OK, first_token_ns=11 * S)
    failed = attempt(0, "azure", Outcome.SERVER_ERROR)
    good = exchange(10, 12, outcome=Outcome.OK, attempts=(failed, served))
    assert good.serving == served
    assert good.time_to_first_token_s == 1.0
    assert good.total_s == 2.0
    bad = exchange(10, 12, outcome=Outcome.SERVER_ERROR, attempts=(failed,))
    assert math.isinf(bad.time_to_first_token_s)
    assert math.isinf(bad.total_s)


def test_the_first_touched_attempt_is_the_earliest_that_a_fault_changed() -> None:
    touch = Touch(fault="outage", action="answered", at_ns=10 * S)
    calm = attempt(0, "azure", Outcome.OK)
    struck = Attempt(
        exchange=1, ordinal=1, endpoint="azure", key=1, span_id="b", begin_ns=1, touches=(touch,)
    )
    assert exchange(1, 2, attempts=(calm, struck)).first_touched == struck
    assert not exchange(1, 2, attempts=(calm,)).touched


def test_an_exchange_caught_by_the_fault_phase_does_not_spoil_the_baseline() -> None:
    caught = exchange(19.5, 21.0)
    calm = exchange(18.0, 19.0)
    record = evidence(caught, calm)
    assert record.phase_of(caught) == "fault"
    assert record.in_phase("baseline") == (calm,)
    assert record.phase_of(exchange(45, None)) == "recovery"


def test_an_unended_exchange_meets_everything_after_its_plan() -> None:
    assert exchange(1, None).meets(50 * S, 60 * S)
    assert not exchange(61, None).meets(50 * S, 60 * S)
    assert not exchange(1, 2).meets(50 * S, 60 * S)


def test_without_lateness_every_exchange_was_planned_when_it_was_dispatched() -> None:
    record = evidence(exchange(1, 2)).without_lateness()
    assert record.exchanges[0].planned_ns == round(1.1 * S)


def test_without_the_baselines_lateness_the_rest_is_as_it_was() -> None:
    before, after = exchange(6.0, 7.0), exchange(45.0, 46.0, number=2)
    found = evidence(before, after).without_baseline_lateness()
    assert [e.planned_ns for e in found.exchanges] == [before.dispatched_ns, after.planned_ns]
