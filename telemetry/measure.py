"""Every metric there is, and a figure of any of them: a new file in `metrics/` is a new metric."""

import math
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from heapq import nsmallest

import msgspec

from telemetry import metrics as folder
from telemetry import plugins
from telemetry.columnar.distributions import COLUMNS, Sampled, sampled
from telemetry.columnar.evidence import ColumnarEvidence
from telemetry.columnar.figures import MEASURES
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
        found = _untold(metric, evidence) or _measured(metric, evidence, scope)
        return _marked(found, metric, evidence, scope)
    name = statistic or metric.default_stat
    return figures_of(metric, evidence, scope, (name,), small_is_bad=small_is_bad)[name]


def figures_of(
    metric: Distribution | Contrast,
    evidence: Evidence,
    scope: Scope,
    statistics: Iterable[str],
    *,
    small_is_bad: bool = False,
) -> dict[str, Figure]:
    """Return one figure per statistic, of samples that are taken once."""
    if (untold := _untold(metric, evidence)) is not None:
        return dict.fromkeys(statistics, untold)
    wanted = tuple(statistics)
    if isinstance(metric, Contrast):
        here, before = (_sampled(metric.of, evidence, at, wanted) for at in (scope, BASELINE))
        found = {name: _contrast(here, before, name, metric.unit) for name in wanted}
    else:
        samples = _sampled(metric, evidence, scope, wanted, small_is_bad=small_is_bad)
        found = {name: _statistic(samples, name) for name in wanted}
    return {name: _marked(figure, metric, evidence, scope) for name, figure in found.items()}


def metrics_page() -> str:
    """Return `docs/metrics.md`: every metric in its own words."""
    return "\n".join(_page_lines())


def _untold(metric: Metric, evidence: Evidence) -> Figure | None:
    reason = evidence.unknown.get(metric.name)
    return None if reason is None else Figure(value=None, samples=0, reason=reason)


def _measured(metric: Measure, evidence: Evidence, scope: Scope) -> Figure:
    """Return the figure from columns where the evidence has them and they can tell it."""
    if isinstance(evidence, ColumnarEvidence) and metric.name in MEASURES:
        return MEASURES[metric.name](evidence, scope)
    return metric.figure(evidence, scope)


def _sampled(
    metric: Distribution,
    evidence: Evidence,
    scope: Scope,
    statistics: Iterable[str],
    *,
    small_is_bad: bool = False,
) -> Sampled:
    if isinstance(evidence, ColumnarEvidence) and metric.name in COLUMNS:
        return sampled(metric.name, evidence, scope, small_is_bad=small_is_bad)
    samples = metric.samples(evidence, scope)
    values = [sample.value for sample in samples]
    return Sampled(
        count=len(samples),
        failed=sum(map(math.isinf, values)),
        statistics={name: STATISTICS[name](values) for name in statistics} if values else {},
        worst=_worst(samples, small_is_bad=small_is_bad),
    )


def _statistic(samples: Sampled, name: str) -> Figure:
    if not samples.count:
        return Figure(value=None, samples=0, reason="there is no exchange to measure")
    tail = f", {samples.failed} of them failed" if samples.failed else ""
    return Figure(
        value=samples.statistics[name],
        samples=samples.count,
        reason=f"{name} of {counted(samples.count, 'exchange')}{tail}",
        worst=samples.worst,
    )


def _worst(samples: Sequence[Sample], *, small_is_bad: bool) -> tuple[str, ...]:
    sign = 1 if small_is_bad else -1
    ranked = nsmallest(WORST_KEPT, samples, key=lambda s: (sign * s.value, s.trace_id))
    return tuple(sample.trace_id for sample in ranked)


def _contrast(here: Sampled, before: Sampled, name: str, unit: str) -> Figure:
    """Return the difference; it is as sure as its weaker side, so the fewer samples count."""
    samples = min(here.count, before.count)
    if not samples:
        where = "in scope" if before.count else "in the baseline"
        return Figure(value=None, samples=0, reason=f"there is no exchange to measure {where}")
    now, then = here.statistics[name], before.statistics[name]
    if math.isinf(then):
        reason = f"the baseline's own {name} is a failed exchange"
        return Figure(value=None, samples=samples, reason=reason)
    return Figure(
        value=now - then,
        samples=samples,
        reason=f"{name} {now:.3g} {unit}, {then:.3g} {unit} in the baseline",
        worst=here.worst,
    )


def _marked(figure: Figure, metric: Metric, evidence: Evidence, scope: Scope) -> Figure:
    """Mark the figure as inferred where it rests on touches that were."""
    touched_only = isinstance(metric, Distribution) and metric.touched_only
    rests = scope.window is not None or touched_only
    if rests and evidence.rests_on_inference:
        return msgspec.structs.replace(figure, inferred=True)
    return figure


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
