import pytest
from msgspec.structs import replace

from experiments.judging.evidence import (
    evidence_of,
    fault_groups,
    groups_that_may_miss,
    reviewed,
    worst_fact,
)
from experiments.model import Fault
from loadgen.config import Breaker, Route
from providers.config import StandIn
from telemetry.exchange import Exchange, Quota
from telemetry.outcome import Outcome
from tests.experiments.scenario import OUTAGE, experiment, record, with_breaker
from tests.telemetry.synthetic import (
    END_S,
    PHASES,
    ZERO_NS,
    at,
    attempt,
    event,
    exchange,
    steady,
)


def test_everything_that_a_metric_needs_is_taken_from_record_and_experiment() -> None:
    seen = evidence_of(record(with_breaker()), experiment())
    assert [(p.name, p.start_ns, p.end_ns) for p in seen.phases] == [
        (name, at(start), at(end)) for name, start, end in PHASES
    ]
    assert (seen.start_ns, seen.end_ns) == (ZERO_NS, at(END_S))
    assert (seen.endpoints, seen.order, seen.cooldown_s) == (
        ("azure", "vertex"),
        ("azure", "vertex"),
        5.0,
    )
    (window,) = seen.windows
    assert (window.touched_exchanges, window.first_hit_ns) == (15, at(20.0))


def test_without_an_end_record_the_run_was_watched_to_its_last_row() -> None:
    seen = evidence_of(record(steady(0, 50), without=["run_end"]), experiment())
    assert seen.end_ns == at(50.9)


def test_a_record_without_phases_has_none() -> None:
    seen = evidence_of(record(steady(0, 50), without=["phase"]), experiment())
    assert seen.phases == ()
    assert seen.start_ns == at(-1.0)


def test_a_route_without_a_breaker_has_no_cooldown() -> None:
    route = Route(order=("azure",), breaker=Breaker(enabled=False))
    assert evidence_of(record([]), replace(experiment(), route=route)).cooldown_s is None


def test_quotas_are_those_of_the_stand_ins() -> None:
    azure, vertex = experiment().endpoints
    limited = replace(azure, stand_in=StandIn(requests_per_minute=60))
    seen = evidence_of(record([]), replace(experiment(), endpoints=(limited, vertex)))
    assert seen.quotas == {"azure": Quota(requests_per_minute=60)}


def test_the_worst_that_the_generator_said_of_itself_is_kept() -> None:
    lag = [event("generator", t, cpu_share=t / 100, hub_lag_max_s=t / 1000) for t in (9.0, 7.0)]
    seen = evidence_of(record([], extra=lag), experiment())
    assert (seen.generator_cpu_share, seen.hub_lag_s) == (0.09, 0.009)
    assert worst_fact([], "cpu_share") == 0.0


@pytest.mark.parametrize(
    ("served", "proven"),
    [
        (attempt("azure", 21.0), Outcome.OK),
        (attempt("azure", 21.0, missing=1), Outcome.INCOMPLETE),
        (attempt("azure", 21.0, repeated=1), Outcome.INCOMPLETE),
        (attempt("azure", 21.0, finish=None), Outcome.TRUNCATED),
        (attempt("azure", 21.0, tokens=0), Outcome.EMPTY),
        (attempt("azure", 21.0, outcome=Outcome.SERVER_ERROR), Outcome.SERVER_ERROR),
    ],
)
def test_a_success_that_the_attempts_do_not_prove_is_none(served: object, proven: Outcome) -> None:
    claimed = exchange(0, 21.0, served, outcome=Outcome.OK)  # type: ignore[arg-type]
    found = reviewed(claimed, at(END_S))
    assert found.outcome is proven
    assert found.believed_ok


def test_a_success_without_any_attempt_is_none() -> None:
    claimed = replace(exchange(0, 21.0), attempts=())
    assert reviewed(claimed, at(END_S)).outcome is Outcome.NO_ENDPOINT


def test_nothing_was_asked_for_so_nothing_is_empty() -> None:
    claimed = exchange(0, 21.0, attempt("azure", 21.0, tokens=0), output_tokens=0)
    assert reviewed(claimed, at(END_S)).succeeded


@pytest.mark.parametrize("made", [exchange(0, 21.0, ended=False), exchange(0, 61.5)])
def test_what_has_not_ended_when_the_drain_is_over_failed(made: Exchange) -> None:
    found = reviewed(made, at(END_S))
    assert (found.outcome, found.end_ns) == (Outcome.UNFINISHED, None)
    assert not found.believed_ok


def test_a_failure_stays_what_it_was() -> None:
    failed = exchange(0, 21.0, attempt("azure", 21.0, outcome=Outcome.STALLED))
    assert reviewed(failed, at(END_S)) is failed


def test_faults_are_grouped_by_what_switches_together() -> None:
    one = replace(OUTAGE, id="a", group="both", may_miss=True)
    other = replace(OUTAGE, id="b", group="both")
    alone = replace(OUTAGE, id="c", may_miss=True)
    faults: tuple[Fault, ...] = (one, other, alone)
    assert fault_groups(experiment(faults=faults)) == {"both": (one, other), "c": (alone,)}
    assert groups_that_may_miss(experiment(faults=faults)) == {"c"}
