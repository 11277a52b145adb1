from experiments.judging.evidence import evidence_of
from experiments.judging.fallback import FALLBACK_UNHEALTHY, fallback_findings
from experiments.judging.verdict import Finding, Ruling
from telemetry.exchange import Exchange
from telemetry.outcome import Outcome
from tests.experiments.scenario import experiment, record, with_breaker
from tests.telemetry.synthetic import attempt, exchange, refused


def found(*made: Exchange) -> tuple[Finding, ...]:
    return fallback_findings(experiment(), evidence_of(record(made), experiment()))


def limited(number: int, planned: float) -> Exchange:
    quota = attempt("vertex", planned + 0.1, outcome=Outcome.RATE_LIMITED)
    return exchange(number, planned, refused("azure", planned), quota)


def served(number: int, planned: float) -> Exchange:
    return exchange(number, planned, attempt("vertex", planned))


def test_a_healthy_fallback_is_no_finding() -> None:
    assert found(*with_breaker()) == ()


def test_a_fallback_with_errors_of_its_own_is_a_failure_of_its_own() -> None:
    (finding,) = found(limited(0, 21.0), *(served(i, 21 + i / 10) for i in range(1, 60)))
    assert (finding.gate, finding.verdict) == (FALLBACK_UNHEALTHY, Ruling.FAIL)
    assert (finding.samples, finding.limit, finding.unit) == (60, 1.0, "%")
    assert finding.reason.startswith("vertex in window outage: 1 of 60 attempts at vertex failed")
    assert len(finding.worst) == 1


def test_too_few_attempts_make_no_finding() -> None:
    assert found(limited(0, 21.0), *(served(i, 21 + i / 10) for i in range(1, 58))) == ()


def test_errors_outside_the_window_are_not_the_fallbacks_fault() -> None:
    later = [served(i, 21 + i / 10) for i in range(60)]
    assert found(refused_now(), *later, limited(99, 50.0)) == ()


def refused_now() -> Exchange:
    return exchange(98, 20.5, refused("azure", 20.5), attempt("vertex", 20.6))
