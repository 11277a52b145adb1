"""Every metric over every phase and window, as plain tables for `verdict.json`; pure."""

import math
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

from telemetry.columnar.evidence import ColumnarEvidence
from telemetry.columnar.shares import outcomes
from telemetry.exchange import Evidence
from telemetry.figure import Contrast, Figure, Measure, Metric, Scope
from telemetry.measure import figure_of, figures_of, metrics
from telemetry.stats import STATISTICS
from telemetry.windows import names_of

PHASES = ("baseline", "fault", "recovery")
Table = dict[str, dict[str, object]]


def metric_tables(evidence: Evidence) -> dict[str, Table]:
    """Return each metric's figures by scope: phases by name, windows by theirs.

    A metric that can be narrowed to an endpoint has `<scope>/<endpoint>` too. One with a value per
    exchange has every statistic beside `value`, its default one.
    """
    every = sorted(metrics().items())
    if isinstance(evidence, ColumnarEvidence):
        # A question keeps one core busy for the most part: two are asked at a time.
        with ThreadPoolExecutor(max_workers=2) as pool:
            tables = dict(pool.map(lambda one: (one[0], _table(one[1], evidence)), every))
    else:
        tables = {name: _table(metric, evidence) for name, metric in every}
    return tables | {"outcome": _outcomes(evidence)}


def _table(metric: Metric, evidence: Evidence) -> Table:
    scopes: dict[str, Scope] = {}
    if not (isinstance(metric, Measure) and metric.per == "window"):
        phases = PHASES[1:] if isinstance(metric, Contrast) else PHASES
        scopes |= {name: Scope(phase=name) for name in phases if evidence.phase(name) is not None}
    for window, name in names_of(evidence.windows).items():
        scopes[f"window:{name}" if name in scopes else name] = Scope(window=window)
    if isinstance(metric, Measure) and metric.by_endpoint:
        scopes |= {
            f"{name}/{endpoint}": Scope(phase=scope.phase, window=scope.window, endpoint=endpoint)
            for name, scope in scopes.items()
            for endpoint in evidence.endpoints
        }
    return {name: _entry(metric, evidence, scope) for name, scope in scopes.items()}


def _entry(metric: Metric, evidence: Evidence, scope: Scope) -> dict[str, object]:
    if isinstance(metric, Measure):
        return _figure(metric, figure_of(metric, evidence, scope))
    wanted = ("p50", "p95", "p99") if isinstance(metric, Contrast) else tuple(STATISTICS)
    figures = figures_of(metric, evidence, scope, wanted)
    values = {name: figure.value for name, figure in figures.items()}
    entry = _figure(metric, figures[metric.default_stat])
    return {**entry, "statistic": metric.default_stat, **values}


def _figure(metric: Metric, figure: Figure) -> dict[str, object]:
    return {
        "value": figure.value,
        "samples": figure.samples,
        "unit": metric.unit,
        **_remarks(figure),
    }


def _remarks(figure: Figure) -> dict[str, object]:
    remarks: dict[str, object] = {"reason": figure.reason, "worst": list(figure.worst)}
    if figure.value is not None and math.isinf(figure.value) and math.isfinite(figure.observed_s):
        remarks["observed_s"] = figure.observed_s
    if figure.inferred:
        remarks["inferred"] = True
    return remarks


def _outcomes(evidence: Evidence) -> Table:
    """Count how the exchanges of each phase ended: each in one outcome of the taxonomy."""
    table: Table = {}
    for phase in PHASES:
        counts = _counts(evidence, phase)
        for outcome, count in sorted(counts.items()):
            entry = {"value": count, "samples": sum(counts.values()), "unit": "exchanges"}
            table[f"{phase}/{outcome}"] = {**entry}
    return table


def _counts(evidence: Evidence, phase: str) -> Mapping[str, int]:
    if isinstance(evidence, ColumnarEvidence):
        return outcomes(evidence, Scope(phase=phase))
    return Counter(exchange.outcome.value for exchange in evidence.in_phase(phase))
