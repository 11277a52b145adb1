"""Why a run's baseline is none to compare with: too small, touched by a fault, or unhealthy."""

from experiments.judging import tallies
from experiments.judging.case import BASELINE, Case
from telemetry.figure import P95_SAMPLES, Figure, Scope
from telemetry.measure import figure_of, metrics


def baseline_too_small(case: Case) -> str | None:
    """Refuse a run without enough of a baseline to compare with."""
    count = tallies.told(case.evidence, Scope(phase=BASELINE)).count
    if count >= P95_SAMPLES:
        return None
    return f"the baseline has {count} exchanges; {P95_SAMPLES} are needed"


def baseline_touched(case: Case) -> str | None:
    """Refuse a baseline with a fault in it: it would make whatever follows look good."""
    count = tallies.touched(case.evidence, Scope(phase=BASELINE))
    return f"faults touched {count} of the baseline's exchanges" if count else None


def baseline_user_errors(case: Case) -> str | None:
    """Refuse a system that was broken before anything was done to it."""
    figure = figure_of(metrics()["user_errors"], case.evidence, Scope(phase=BASELINE))
    return _unhealthy(case, figure)


def baseline_native_errors(case: Case) -> str | None:
    """Refuse an endpoint that was broken before anything was done to it."""
    metric = metrics()["native_errors"]
    scopes = [Scope(phase=BASELINE, endpoint=e.name) for e in case.experiment.endpoints]
    figures = [figure_of(metric, case.evidence, scope) for scope in scopes]
    found = [text for figure in figures if (text := _unhealthy(case, figure))]
    return "; ".join(found) or None


def _unhealthy(case: Case, figure: Figure) -> str | None:
    most = 100 * case.experiment.baseline.max_error_share
    if figure.value is None or figure.value <= most:
        return None
    return f"the baseline was unhealthy: {figure.reason}; at most {most:g} % may"
