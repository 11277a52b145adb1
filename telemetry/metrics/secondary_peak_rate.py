"""The fallback's peak rate in the window against its quota, where that is known; 1 is the quota.

The peak is the fullest 10 s up to an attempt's start, taken as a rate per minute: requests
against the request quota, or prompt and asked-for output tokens against the token quota, whichever
is nearer. Of several fallbacks the one nearest to its quota.
"""

from collections.abc import Iterable, Sequence

from telemetry.clock import nanoseconds
from telemetry.exchange import Evidence, Window
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
    others = [name for name in evidence.endpoints if name not in window.endpoints]
    chosen = [name for name in others if scope.endpoint in {None, name}]
    ratios = [ratio for name in chosen for ratio in _ratios(evidence, window, name)]
    if not ratios:
        return Figure(value=None, samples=0, reason="no fallback's quota is known")
    value, samples, reason = max(ratios)
    return Figure(value=value, samples=samples, reason=reason)


def _ratios(evidence: Evidence, window: Window, endpoint: str) -> list[tuple[float, int, str]]:
    quota = evidence.quotas.get(endpoint)
    if quota is None:
        return []
    begun = sorted(
        (attempt.begin_ns, float(exchange.prompt_tokens + exchange.output_tokens))
        for exchange in evidence.exchanges
        for attempt in exchange.attempts
        if attempt.endpoint == endpoint and window.start_ns <= attempt.begin_ns < window.end_ns
    )
    requests = [(at_ns, 1.0) for at_ns, _ in begun]
    limits = ((quota.requests_per_minute, requests), (quota.tokens_per_minute, begun))
    what = ("requests", "tokens")
    return [
        (_peak_per_minute(loads) / limit, len(loads), f"{endpoint}: {name}, quota {limit:g}/min")
        for (limit, loads), name in zip(limits, what, strict=True)
        if limit
    ]


def _peak_per_minute(loads: Sequence[Load]) -> float:
    return 60 / PEAK_S * max(_windowed(loads), default=0.0)


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
