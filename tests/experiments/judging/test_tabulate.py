import math

from experiments.judging.evidence import evidence_of
from experiments.judging.tabulate import metric_tables
from telemetry.measure import metrics
from tests.experiments.scenario import experiment, record, with_breaker, without_breaker
from tests.telemetry.synthetic import evidence, steady, window


def test_every_metric_is_told_of_every_scope_that_it_has() -> None:
    tables = metric_tables(evidence_of(record(with_breaker()), experiment()))
    assert set(tables) == {*metrics(), "outcome"}
    assert set(tables["user_errors"]) == {"baseline", "fault", "recovery", "outage"}
    assert set(tables["failover_time"]) == {"outage"}
    assert {"fault/azure", "fault/vertex", "outage/azure"} <= set(tables["amplification"])


def test_a_figure_has_its_value_samples_and_unit() -> None:
    tables = metric_tables(evidence_of(record(with_breaker()), experiment()))
    entry = tables["failover_time"]["outage"]
    assert (entry["value"], entry["samples"], entry["unit"]) == (0.0, 400, "s")
    assert entry["reason"] == "from then on 15 of 400 exchanges tried azure"


def test_a_metric_with_a_value_per_exchange_has_its_statistics() -> None:
    tables = metric_tables(evidence_of(record(with_breaker()), experiment()))
    entry = tables["time_to_first_token"]["baseline"]
    assert (entry["statistic"], entry["value"]) == ("max", entry["max"])
    assert {"p50", "p95", "p99", "max", "mean", "min"} <= set(entry)
    penalty = tables["latency_penalty"]
    assert set(penalty) == {"fault", "recovery", "outage"}
    assert {"p50", "p95", "p99"} <= set(penalty["fault"])


def test_infinity_says_for_how_long_it_was_watched() -> None:
    tables = metric_tables(evidence_of(record(without_breaker()), experiment()))
    entry = tables["failover_time"]["outage"]
    assert (entry["value"], entry["observed_s"]) == (math.inf, 19.0)


def test_outcomes_are_counted_per_phase() -> None:
    tables = metric_tables(evidence_of(record(with_breaker()), experiment()))
    assert tables["outcome"]["baseline/ok"]["value"] == 280
    assert tables["outcome"]["fault/ok"]["value"] == 420


def test_a_window_named_as_a_phase_hides_no_phase() -> None:
    seen = evidence(steady(20, 40), window(group="fault"))
    tables = metric_tables(seen)
    assert {"fault", "window:fault"} <= set(tables["user_errors"])
    assert set(tables["failover_time"]) == {"fault"}
