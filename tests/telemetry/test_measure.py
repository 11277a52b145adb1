import math
import pkgutil
from pathlib import Path

import pytest

from telemetry import metrics as folder
from telemetry.figure import Contrast, Distribution, Measure, Scope
from telemetry.measure import figure_of, figures_of, metrics, metrics_page
from telemetry.outcome import Outcome
from tests.telemetry.synthetic import (
    attempt,
    evidence,
    exchange,
    failed_over,
    measured,
    window,
)

DOCS = Path(__file__).parents[2] / "docs" / "metrics.md"


def test_a_file_in_the_folder_is_a_metric_of_that_name() -> None:
    assert set(metrics()) == {module.name for module in pkgutil.iter_modules(folder.__path__)}


@pytest.mark.parametrize("name", sorted(metrics()))
def test_every_metric_says_what_it_is_and_is_tested_under_its_name(name: str) -> None:
    metric = metrics()[name]
    first = metric.doc.split("\n", 1)[0]
    assert first.endswith((".", ":")), first
    assert metric.unit
    assert (Path(__file__).parent / "metrics" / f"test_{name}.py").is_file()


def test_the_page_of_metrics_is_the_one_that_the_files_write() -> None:
    assert DOCS.read_text(encoding="utf-8") == metrics_page()


@pytest.mark.parametrize("name", sorted(metrics()))
def test_nothing_to_measure_is_unknown_and_says_why(name: str) -> None:
    nothing = evidence([], window(first_hit=None))
    for scope in (Scope(phase="fault"), Scope(window=nothing.windows[0]), Scope()):
        figure = figure_of(metrics()[name], nothing, scope)
        assert (figure.value, figure.samples) == (None, 0)
        assert figure.reason


@pytest.mark.parametrize(
    "name", [m.name for m in metrics().values() if isinstance(m, Measure) and m.per == "window"]
)
def test_what_is_measured_per_window_is_unknown_elsewhere(name: str) -> None:
    figure = figure_of(metrics()[name], evidence([exchange(0, 21.0)]), Scope(phase="fault"))
    assert (figure.value, figure.reason) == (None, "this is measured per fault window")


def test_statistics_are_taken_of_the_same_samples() -> None:
    seen = evidence([failed_over(i, 21 + i, took=i / 10) for i in range(4)])
    metric = metrics()["time_to_first_token"]
    assert isinstance(metric, Distribution)
    figures = figures_of(metric, seen, Scope(phase="fault"), ("p50", "max", "mean", "min"))
    values = {name: figure.value for name, figure in figures.items()}
    assert values == {
        "p50": pytest.approx(0.3),
        "max": pytest.approx(0.5),
        "mean": pytest.approx(0.35),
        "min": pytest.approx(0.2),
    }


def test_the_worst_are_the_largest_or_the_least_at_most_five() -> None:
    exchanges = [failed_over(i, 21 + i, took=i / 10) for i in range(7)]
    seen, metric = evidence(exchanges), metrics()["time_to_first_token"]
    largest = figure_of(metric, seen, Scope(phase="fault"))
    least = figure_of(metric, seen, Scope(phase="fault"), small_is_bad=True)
    traces = [e.trace_id for e in exchanges]
    assert largest.worst == tuple(reversed(traces[2:]))
    assert least.worst == tuple(traces[:5])


def test_a_figure_says_how_many_failed() -> None:
    failed = exchange(0, 21.0, attempt("azure", 21.0, outcome=Outcome.STALLED))
    figure = measured("time_to_first_token", evidence([failed, exchange(1, 22.0)]), phase="fault")
    assert figure.reason == "max of 2 exchanges, 1 of them failed"
    assert figure.value == math.inf


def test_a_contrast_is_as_sure_as_its_weaker_side() -> None:
    metric = metrics()["latency_penalty"]
    assert isinstance(metric, Contrast)
    exchanges = [exchange(i, 6 + i) for i in range(3)] + [exchange(9, 21.0)]
    figure = figure_of(metric, evidence(exchanges), Scope(phase="fault"))
    assert figure.samples == 1
    assert figure.value == pytest.approx(0.0)
