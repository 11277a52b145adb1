"""p95 of send to first token of attempts at the fallback in the window - the same in the baseline.

Only attempts that brought a token and that no fault of ours touched: how much longer an answer
waits where the traffic went. Not defined where the fallback answered nothing in the baseline.
"""

from collections.abc import Iterable, Sequence

import msgspec

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
    return concluded(Waits.of(during), Waits.of(before))


class Waits(msgspec.Struct, frozen=True, kw_only=True):
    """How many attempts waited for a token, and the 95th percentile of it in seconds."""

    count: int
    p95_s: float | None

    @classmethod
    def of(cls, waits_s: Sequence[float]) -> "Waits":
        """Return what these waits are together."""
        return cls(count=len(waits_s), p95_s=percentile(waits_s, 95) if waits_s else None)


def concluded(during: Waits, before: Waits) -> Figure:
    """Return the figure from the waits in the window and in the baseline."""
    if during.p95_s is None or before.p95_s is None:
        when = "in the window" if before.count else "in the baseline"
        return Figure(value=None, samples=0, reason=f"the fallback answered nothing {when}")
    return Figure(
        value=during.p95_s - before.p95_s,
        samples=min(during.count, before.count),
        reason=f"{during.count} answers in the window, {before.count} in the baseline",
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
