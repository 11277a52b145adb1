import math

from experiments.judging.evidence import evidence_of as judged_evidence
from telemetry.figure import Scope
from telemetry.foreign import own
from telemetry.foreign.evidence import evidence_of
from telemetry.foreign.exchanges import Reading, exchanges_of
from telemetry.foreign.span import Span
from telemetry.measure import figure_of, metrics
from telemetry.span_fact import SpanFact
from telemetry.spans import Described, SpanMaker
from tests.experiments.scenario import experiment, record, with_breaker

SEEN = record(with_breaker())


def read_back(fact: SpanFact) -> Span:
    return Span(
        trace_id=fact.trace_id,
        span_id=fact.span_id,
        parent_span_id=fact.parent_span_id,
        kind=fact.kind,
        status="ERROR" if fact.error else "",
        start_ns=fact.start_ns,
        end_ns=fact.end_ns,
        attributes=dict(fact.attributes),
    )


SPANS = [read_back(fact) for fact in SpanMaker(SEEN, Described(endpoints={})).spans()]
EXACT = ("failover_time", "detection_time", "recovery_time", "failback_time", "leakage", "flaps")


def test_a_run_of_ours_read_back_gives_its_own_figures() -> None:
    ours = judged_evidence(SEEN, experiment())
    back = evidence_of(exchanges_of(SPANS, Reading()), list(own.windows(SPANS)), own.phases(SPANS))
    for name in (*EXACT, "failover_delay", "amplification"):
        a, b = (figure_of(metrics()[name], e, Scope(window=e.windows[0])) for e in (ours, back))
        assert a.value is not None
        assert b.value is not None
        assert math.isclose(a.value, b.value, abs_tol=0.001), name
        assert a.samples == b.samples, name
    assert not back.rests_on_inference


def test_its_windows_and_phases_come_from_its_spans() -> None:
    (window,) = own.windows(SPANS)
    assert (window.id, window.endpoints, window.faults) == ("outage", ("azure",), ("outage",))
    assert [phase.name for phase in own.phases(SPANS)] == [
        "warm_up", "baseline", "fault", "recovery",
    ]  # fmt: skip
