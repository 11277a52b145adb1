"""The finding that no gate has to ask for: the endpoint that traffic fell back on was unhealthy."""

from collections.abc import Iterator

from experiments.judging.verdict import Finding, Ruling
from experiments.model import Experiment
from telemetry.exchange import Evidence, Window
from telemetry.figure import P95_SAMPLES, Figure, Scope
from telemetry.measure import figure_of, metrics
from telemetry.windows import names_of

FALLBACK_UNHEALTHY = "fallback_unhealthy"


def fallback_findings(experiment: Experiment, evidence: Evidence) -> tuple[Finding, ...]:
    """Return a failure for each fallback with too many native errors while a fault was on.

    Too many is more than `baseline.max_error_share`, of at least as many attempts as a baseline
    needs exchanges: the same measure that the baseline is held to.
    """
    most = 100 * experiment.baseline.max_error_share
    return tuple(
        _finding(figure, f"{endpoint} in window {name}", most)
        for window, name in names_of(evidence.windows).items()
        for endpoint, figure in _figures(evidence, window)
        if figure.samples >= P95_SAMPLES and figure.value is not None and figure.value > most
    )


def _figures(evidence: Evidence, window: Window) -> Iterator[tuple[str, Figure]]:
    for endpoint in evidence.endpoints:
        if endpoint not in window.endpoints:
            scope = Scope(window=window, endpoint=endpoint)
            yield endpoint, figure_of(metrics()["native_errors"], evidence, scope)


def _finding(figure: Figure, where: str, most: float) -> Finding:
    return Finding(
        gate=FALLBACK_UNHEALTHY,
        verdict=Ruling.FAIL,
        observed=figure.value,
        limit=most,
        samples=figure.samples,
        reason=f"{where}: {figure.reason}",
        unit="%",
        worst=figure.worst,
    )
