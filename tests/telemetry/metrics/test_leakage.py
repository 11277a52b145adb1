import math

from telemetry.metrics.leakage import leak
from tests.telemetry.metrics.test_failover_time import outage
from tests.telemetry.synthetic import at, evidence, measured, window

NAME = "leakage"


def test_it_counts_attempts_after_failover() -> None:
    tried = [True] * 4 + [False] * 18 + [True] * 2 + [False] * 20
    seen = evidence(outage(*tried, every=0.25), window())
    figure = measured(NAME, seen, window=seen.windows[0])
    assert (figure.value, figure.samples) == (100 * 2 / 42, 42)
    assert leak(seen, seen.windows[0]).start_ns == at(21.0)


def test_without_failover_it_counts_over_the_whole_window() -> None:
    seen = evidence(outage(*[True] * 40), window())
    figure = measured(NAME, seen, window=seen.windows[0])
    assert (figure.value, figure.samples) == (50.0, 80)
    assert figure.reason == "40 of 80 attempts went to azure"


def test_it_is_not_defined_where_failover_is_not() -> None:
    seen = evidence(outage(*[True] * 40), window(share=0.5))
    assert measured(NAME, seen, window=seen.windows[0]).value is None
    assert measured(NAME, seen, phase="fault").value is None


def test_after_a_clean_failover_nothing_leaks() -> None:
    seen = evidence(outage(*[True] * 3, *[False] * 37), window())
    assert measured("failover_time", seen, window=seen.windows[0]).value != math.inf
    assert leak(seen, seen.windows[0]).at_fault == 1
