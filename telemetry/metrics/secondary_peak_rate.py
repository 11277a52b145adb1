"""The fallback's peak rate in the window against its quota, where that is known; 1 is the quota.

The peak is the fullest 10 s up to an attempt's start, taken as a rate per minute: requests
against the request quota, or prompt and asked-for output tokens against the token quota, whichever
is nearer. Of several fallbacks the one nearest to its quota.
"""

from collections.abc import Callable, Iterable, Sequence

import msgspec

from telemetry.clock import nanoseconds
from telemetry.exchange import Evidence, Quota, Window
from telemetry.figure import Figure, Measure, Scope
from telemetry.windows import no_window

PEAK_S = 10.0
Load = tuple[int, float]
"""When an attempt began, and what it weighs: 1 request, or its tokens."""


def figure(evidence: Evidence, scope: Scope) -> Figure:
    """Return the ratio."""
    window = scope.window
    if window is None:
        return no_window()
    return concluded(evidence, scope, window, lambda name: _peak(evidence, window, name))


class Peak(msgspec.Struct, frozen=True, kw_only=True):
    """Attempts at an endpoint in a window, and the most requests and tokens in one stretch."""

    count: int
    requests: float
    tokens: float


def concluded(
    evidence: Evidence, scope: Scope, window: Window, peak_of: Callable[[str], Peak]
) -> Figure:
    """Return the figure from the peaks at the fallbacks with a quota."""
    others = [name for name in evidence.endpoints if name not in window.endpoints]
    chosen = [name for name in others if scope.endpoint in {None, name}]
    ratios = [
        ratio
        for name in chosen
        if (quota := evidence.quotas.get(name)) is not None
        for ratio in _ratios(quota, peak_of(name), name)
    ]
    if not ratios:
        return Figure(value=None, samples=0, reason="no fallback's quota is known")
    value, samples, reason = max(ratios)
    return Figure(value=value, samples=samples, reason=reason)


def _ratios(quota: Quota, peak: Peak, endpoint: str) -> list[tuple[float, int, str]]:
    limits = (
        ("requests", peak.requests, quota.requests_per_minute),
        ("tokens", peak.tokens, quota.tokens_per_minute),
    )
    return [
        (60 / PEAK_S * most / limit, peak.count, f"{endpoint}: {name}, quota {limit:g}/min")
        for name, most, limit in limits
        if limit
    ]


def _peak(evidence: Evidence, window: Window, endpoint: str) -> Peak:
    begun = sorted(
        (attempt.begin_ns, float(exchange.prompt_tokens + exchange.output_tokens))
        for exchange in evidence.exchanges
        for attempt in exchange.attempts
        if attempt.endpoint == endpoint and window.start_ns <= attempt.begin_ns < window.end_ns
    )
    return Peak(
        count=len(begun),
        requests=max(_windowed([(at_ns, 1.0) for at_ns, _ in begun]), default=0.0),
        tokens=max(_windowed(begun), default=0.0),
    )


def _windowed(loads: Sequence[Load]) -> Iterable[float]:
    """Yield what each stretch of `PEAK_S` that ends with an attempt holds."""
    oldest, held = 0, 0.0
    for at_ns, weight in loads:
        held += weight
        while loads[oldest][0] <= at_ns - nanoseconds(PEAK_S):
            held -= loads[oldest][1]
            oldest += 1
        yield held


METRIC = Measure(
    name="secondary_peak_rate",
    unit="x",
    doc=str(__doc__),
    figure=figure,
    per="window",
    by_endpoint=True,
)
