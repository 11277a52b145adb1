"""Every metric there is, and a figure of any of them: a new file in `metrics/` is a new metric."""

import math
from collections.abc import Mapping, Sequence
from functools import cache

import msgspec

from telemetry import metrics as folder
from telemetry import plugins
from telemetry.exchange import Evidence
from telemetry.figure import Contrast, Distribution, Figure, Measure, Metric, Sample, Scope
from telemetry.shares import counted
from telemetry.stats import STATISTICS, samples_for_statistic

WORST_KEPT = 5
BASELINE = Scope(phase="baseline")


@cache
def metrics() -> Mapping[str, Metric]:
    """Return every metric by its name."""
    return plugins.values(folder, (Distribution, Measure, Contrast))


def figure_of(
    metric: Metric,
    evidence: Evidence,
    scope: Scope,
    statistic: str = "",
    *,
    small_is_bad: bool = False,
) -> Figure:
    """Return one figure; `statistic` (`p95`, `max`, ...) is for metrics with a value per exchange.

    `small_is_bad` names the exchanges with the least values as the worst, not the largest.
    """
    if isinstance(metric, Measure):
        figure = metric.figure(evidence, scope)
    elif isinstance(metric, Contrast):
        figure = _contrast(metric, evidence, scope, statistic or metric.default_stat)
    else:
        samples = metric.samples(evidence, scope)
        figure = _statistic(samples, statistic or metric.default_stat, small_is_bad=small_is_bad)
    if _rests_on_inference(metric, evidence, scope):
        return msgspec.structs.replace(figure, inferred=True)
    return figure


def metrics_page() -> str:
    """Return `docs/metrics.md`: every metric in its own words."""
    return "\n".join(_page_lines())


def _statistic(samples: Sequence[Sample], name: str, *, small_is_bad: bool = False) -> Figure:
    if not samples:
        return Figure(value=None, samples=0, reason="there is no exchange to measure")
    sign = 1 if small_is_bad else -1
    worst = sorted(samples, key=lambda sample: (sign * sample.value, sample.trace_id))
    failed = sum(math.isinf(sample.value) for sample in samples)
    return Figure(
        value=STATISTICS[name]([sample.value for sample in samples]),
        samples=len(samples),
        reason=f"{name} of {counted(len(samples), 'exchange')}, {failed} of them failed",
        worst=tuple(sample.trace_id for sample in worst[:WORST_KEPT]),
    )


def _contrast(metric: Contrast, evidence: Evidence, scope: Scope, name: str) -> Figure:
    """Return the difference; it is as sure as its weaker side, so the fewer samples count."""
    here = _statistic(metric.of.samples(evidence, scope), name)
    before = _statistic(metric.of.samples(evidence, BASELINE), name)
    samples = min(here.samples, before.samples)
    if here.value is None or before.value is None:
        where = "in scope" if here.value is None else "in the baseline"
        return Figure(value=None, samples=samples, reason=f"no exchange to measure {where}")
    if math.isinf(before.value):
        reason = f"the baseline's own {name} is a failed exchange"
        return Figure(value=None, samples=samples, reason=reason)
    reason = (
        f"{here.value:.3g} {metric.unit} here, {before.value:.3g} {metric.unit} in the baseline"
    )
    return msgspec.structs.replace(
        here, value=here.value - before.value, samples=samples, reason=reason
    )


def _rests_on_inference(metric: Metric, evidence: Evidence, scope: Scope) -> bool:
    touched_only = isinstance(metric, Distribution) and metric.touched_only
    if scope.window is None and not touched_only:
        return False
    return evidence.rests_on_inference


def _page_lines() -> list[str]:
    lines = [
        "# Metrics",
        "",
        "Written by `telemetry.measure.metrics_page()` from the files in `telemetry/metrics/`;",
        "each file's docstring is what stands here. A gate may use any of these names.",
    ]
    for name, metric in sorted(metrics().items()):
        lines += ["", f"## {name}", "", f"*{_kind(metric)}*", "", metric.doc.strip()]
    return [*lines, ""]


def _kind(metric: Metric) -> str:
    unit = f"unit {metric.unit}"
    if isinstance(metric, Measure):
        per = "window" if metric.per == "window" else "window or phase"
        endpoint = ", or of one endpoint" if metric.by_endpoint else ""
        return f"one value per {per}{endpoint}; {unit}"
    values = "one value per exchange" if isinstance(metric, Distribution) else "a difference"
    needed = ", ".join(f"{stat} {samples_for_statistic(stat)}" for stat in ("p50", "p95", "p99"))
    return f"{values}; {unit}; without a statistic: {metric.default_stat}; samples: {needed}"
