"""How the endpoints fare that traffic falls back on, from columns."""

from telemetry.clock import nanoseconds
from telemetry.columnar.evidence import ColumnarEvidence, where
from telemetry.columnar.shares import at_fallback
from telemetry.columnar.sums import between
from telemetry.columnar.text import literal
from telemetry.exchange import Window
from telemetry.figure import Figure, Scope
from telemetry.metrics import secondary_peak_rate as peaking
from telemetry.metrics import secondary_queueing as queueing
from telemetry.windows import no_window

_PEAK = """
SELECT count(*), max(requests), max(tokens) FROM (
  SELECT count(*) OVER lately AS requests, sum(weight) OVER lately AS tokens
  FROM $attempts WHERE $inside
  WINDOW lately AS (ORDER BY begin_ns RANGE BETWEEN $reach PRECEDING AND CURRENT ROW))
"""

_WAITS = """
SELECT count(*), quantile_disc((first_token_ns - begin_ns)::DOUBLE / 1e9::DOUBLE, 0.95)
FROM $attempts WHERE $inside AND first_token_ns IS NOT NULL AND NOT touched
"""


def secondary_peak_rate(evidence: ColumnarEvidence, scope: Scope) -> Figure:
    """Return the ratio."""
    window = scope.window
    if window is None:
        return no_window()
    return peaking.concluded(
        evidence, scope, window, lambda endpoint: _peak(evidence, window, endpoint)
    )


def _peak(evidence: ColumnarEvidence, window: Window, endpoint: str) -> peaking.Peak:
    begun = between(window.start_ns, window.end_ns, "begin_ns")
    ((count, requests, tokens),) = evidence.ask(
        _PEAK,
        inside=f"{begun} AND endpoint = {literal(endpoint)}",
        reach=nanoseconds(peaking.PEAK_S) - 1,
    )
    return peaking.Peak(count=count, requests=float(requests or 0), tokens=float(tokens or 0))


def secondary_queueing(evidence: ColumnarEvidence, scope: Scope) -> Figure:
    """Return seconds."""
    if scope.window is None:
        return no_window()
    told = [
        evidence.ask(_WAITS, inside=at_fallback(scope, where(seen)))[0]
        for seen in (scope, Scope(phase="baseline"))
    ]
    return queueing.concluded(*(queueing.Waits(count=count, p95_s=p95) for count, p95 in told))
