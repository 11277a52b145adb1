"""p95 of send to first token of attempts at the fallback in the window - the same in the baseline.

Only attempts that brought a token and that no fault of ours touched: how much longer an answer
waits where the traffic went. Not defined where the fallback answered nothing in the baseline.
"""

from collections.abc import Iterable

from telemetry.clock import seconds
from telemetry.exchange import Attempt, Evidence
from telemetry.figure import P95_SAMPLES, Figure, Measure, Scope
from telemetry.metrics import secondary_overload
from telemetry.stats import percentile
from telemetry.windows import no_window


def figure(evidence: Evidence, scope: Scope) -> Figure:
    """Return seconds."""
    window = scope.window
    if window is None:
        return no_window()
    during, before = (
        _waits(a for _, a in secondary_overload.at_fallback(exchanges, window, scope.endpoint))
        for exchanges in (evidence.in_window(window), evidence.in_phase("baseline"))
    )
    samples = min(len(during), len(before))
    if not samples:
        when = "in the window" if before else "in the baseline"
        return Figure(value=None, samples=0, reason=f"the fallback answered nothing {when}")
    return Figure(
        value=percentile(during, 95) - percentile(before, 95),
        samples=samples,
        reason=f"{len(during)} answers in the window, {len(before)} in the baseline",
    )


def _waits(attempts: Iterable[Attempt]) -> list[float]:
    return [
        seconds(attempt.first_token_ns - attempt.begin_ns)
        for attempt in attempts
        if attempt.first_token_ns is not None and not attempt.touched
    ]


METRIC = Measure(
    name="secondary_queueing",
    unit="s",
    doc=str(__doc__),
    figure=figure,
    per="window",
    minimum_samples=P95_SAMPLES,
    by_endpoint=True,
)
