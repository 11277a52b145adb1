"""Attempts at the fallback that got a 429 or 5xx which no fault of ours caused, as a share.

The fallback is every endpoint outside the window's group, or the one that is named.
"""

from telemetry.exchange import Attempt, Evidence, Exchange, Window
from telemetry.figure import Figure, Measure, Scope
from telemetry.outcome import Outcome
from telemetry.shares import attempt_share
from telemetry.windows import no_window


def at_fallback(
    exchanges: tuple[Exchange, ...], window: Window, endpoint: str | None
) -> list[tuple[str, Attempt]]:
    """Return the attempts outside the window's group (at one endpoint) with their trace ids."""
    return [
        (exchange.trace_id, attempt)
        for exchange in exchanges
        for attempt in exchange.attempts
        if attempt.endpoint not in window.endpoints and endpoint in {None, attempt.endpoint}
    ]


def figure(evidence: Evidence, scope: Scope) -> Figure:
    """Return the share in %."""
    window = scope.window
    if window is None:
        return no_window()
    attempts = at_fallback(evidence.in_window(window), window, scope.endpoint)
    bad = [trace for trace, attempt in attempts if _overloaded(attempt)]
    return attempt_share(len(bad), len(attempts), "at the fallback got its own 429 or 5xx", bad)


def _overloaded(attempt: Attempt) -> bool:
    refused = attempt.outcome in {Outcome.RATE_LIMITED, Outcome.SERVER_ERROR}
    status = attempt.status or 0
    return not attempt.touched and (refused or status == 429 or status >= 500)


METRIC = Measure(
    name="secondary_overload",
    unit="%",
    doc=str(__doc__),
    figure=figure,
    per="window",
    by_endpoint=True,
)
