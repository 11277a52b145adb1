"""Which exchanges a scope is about."""

from telemetry.figure import P95_SAMPLES, P99_SAMPLES, Scope
from tests.telemetry.synthetic import evidence, exchange, window

BEFORE, DURING, AFTER = exchange(0, 10.0), exchange(1, 25.0), exchange(2, 50.0)
EVIDENCE = evidence([BEFORE, DURING, AFTER], window(24.0, 30.0))


def numbers(scope: Scope) -> list[int]:
    return [one.number for one in scope.exchanges(EVIDENCE)]


def test_a_scope_of_nothing_is_the_whole_run() -> None:
    assert numbers(Scope()) == [0, 1, 2]


def test_a_phase_is_what_counts_for_it() -> None:
    assert numbers(Scope(phase="baseline")) == [0]
    assert numbers(Scope(phase="recovery")) == [2]
    assert numbers(Scope(phase="intermission")) == []


def test_a_window_is_what_meets_it_whatever_the_phase() -> None:
    (only,) = EVIDENCE.windows
    assert numbers(Scope(window=only)) == [1]
    assert numbers(Scope(window=only, phase="recovery")) == [1]


def test_a_percentile_needs_samples_that_would_show_a_miss_in_19_runs_of_20() -> None:
    for samples, share in ((P95_SAMPLES, 0.95), (P99_SAMPLES, 0.99)):
        assert 1 - share**samples > 0.95
        assert 1 - share ** (samples - 1) < 0.95
