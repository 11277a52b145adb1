import math

import pytest

from telemetry.exchange import Evidence
from telemetry.figure import Scope
from telemetry.measure import metrics
from tests.telemetry.asked import column, lines, outage, seen
from tests.telemetry.synthetic import attempt, evidence, exchange, renumbered

RUN = seen(outage())


def test_a_failover_says_where_it_went_and_what_it_cost() -> None:
    line = lines("exchanges", RUN)[1]
    assert (line["first_asked"], line["served_by"], line["failed_over"]) == (
        "azure",
        "vertex",
        True,
    )
    assert (line["planned_s"], line["attempts"], line["touched"]) == (21.0, 2, True)
    assert line["ttft_s"] == pytest.approx(0.7)
    assert line["failover_delay_s"] == pytest.approx(0.7)
    assert line["total_s"] == pytest.approx(1.5)


def test_a_failure_is_infinitely_slow_and_nobody_served_it() -> None:
    line = lines("exchanges", RUN)[2]
    assert (line["outcome"], line["succeeded"], line["served_by"]) == ("server_error", False, None)
    assert {line[name] for name in ("ttft_s", "total_s", "failover_delay_s")} == {math.inf}


def test_what_nothing_touched_has_no_failover_delay() -> None:
    line = lines("exchanges", RUN)[0]
    assert (line["touched"], line["failover_delay_s"], line["failed_over"]) == (False, None, False)


def test_an_exchange_stands_in_the_phase_that_it_counts_for() -> None:
    spilled = attempt("azure", 19.5, 20.5)
    made = [exchange(0, 19.5, spilled), exchange(1, 6.0), exchange(2, 61.0)]
    run = seen(evidence(renumbered(made)))
    phases = dict(zip(column("exchanges", "planned_s", run), column("exchanges", "phase", run)))  # noqa: B905 - one table
    assert phases == {6.0: "baseline", 19.5: "fault", 61.0: None}


def test_lateness_is_the_generators_own() -> None:
    run = seen(evidence([exchange(0, 6.0, late=0.25)]))
    (line,) = lines("exchanges", run)
    assert (line["dispatched_s"], line["lateness_s"]) == (6.25, 0.25)


def test_what_has_not_ended_has_no_end() -> None:
    (line,) = lines("exchanges", seen(evidence([exchange(0, 59.0, ended=False)])))
    assert (line["end_s"], line["outcome"]) == (None, "unfinished")


@pytest.mark.parametrize(
    ("name", "metric"),
    [
        ("ttft_s", "time_to_first_token"),
        ("total_s", "total_time"),
        ("failover_delay_s", "failover_delay"),
        ("token_gap_s", "token_gap"),
    ],
)
def test_a_figure_of_an_exchange_is_the_metrics_own(name: str, metric: str) -> None:
    made = outage()
    told = [value for value in column("exchanges", name, seen(made)) if value is not None]
    assert told == sampled(metric, made)


def sampled(metric: str, of: Evidence) -> list[float]:
    found = metrics()[metric]
    assert hasattr(found, "samples")
    return [sample.value for sample in found.samples(of, Scope())]
