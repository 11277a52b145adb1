"""When the endpoint has its traffic back - window end.

Back is the earliest T >= window end from which the endpoint serves >= 90 % of its baseline share
in every 5 s pool to the end of the load; a rest shorter than 5 s belongs to the last pool. T is
looked for at the window's end and at each planned start after it. Infinite when traffic never
comes back. Of several endpoints in the window's group, the one that comes back last counts. Not
defined for an endpoint that served nothing in the baseline: there is nothing to come back to.
"""

import math
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate, chain

import msgspec

from telemetry.clock import nanoseconds, seconds
from telemetry.exchange import Evidence, Exchange, Window
from telemetry.figure import Figure, Measure, Scope
from telemetry.shares import WORST_KEPT, load_end_ns, planned_between
from telemetry.windows import no_window

POOL_NS = nanoseconds(5)
OF_BASELINE = 0.9


class Return(msgspec.Struct, frozen=True, kw_only=True):
    """When an endpoint was back: `at_ns` is `inf` for never, None when it cannot be told."""

    endpoint: str
    baseline_share: float
    at_ns: float | None
    reason: str = ""


class After(msgspec.Struct, frozen=True, kw_only=True):
    """The exchanges planned after a window, in planned order, as one endpoint sees them.

    `starts`: when each was planned. `served`: how many of the first n it served, from n = 0 on.
    """

    starts: Sequence[int]
    served: Sequence[int]


def returns(evidence: Evidence, window: Window) -> list[Return]:
    """Look for the return of each endpoint of the window that served in the baseline."""
    before = evidence.in_phase("baseline")
    after = planned_between(evidence, window.end_ns, load_end_ns(evidence))
    starts = [exchange.planned_ns for exchange in after]
    found: list[Return] = []
    for endpoint in window.endpoints:
        served = sum(_served(exchange, endpoint) for exchange in before)
        if served:
            sums = [0, *accumulate(_served(exchange, endpoint) for exchange in after)]
            seen = After(starts=starts, served=sums)
            found.append(returned(endpoint, served / len(before), seen, evidence, window))
    return found


def served_share(evidence: Evidence, endpoint: str) -> float:
    """Return the share of the baseline's exchanges that an endpoint served, 0 for no baseline."""
    before = evidence.in_phase("baseline")
    return sum(_served(e, endpoint) for e in before) / len(before) if before else 0.0


def _served(exchange: Exchange, endpoint: str) -> bool:
    served = exchange.serving
    return exchange.succeeded and served is not None and served.endpoint == endpoint


def returned(
    endpoint: str, share: float, after: After, evidence: Evidence, window: Window
) -> Return:
    """Say when an endpoint that served `share` of the baseline was back."""
    end_ns, starts, served = load_end_ns(evidence), after.starts, after.served
    if not starts or end_ns - window.end_ns < POOL_NS:
        reason = "the load ended less than 5 s after the window: too soon to see traffic come back"
        return Return(endpoint=endpoint, baseline_share=share, at_ns=None, reason=reason)
    least, sparse = OF_BASELINE * share, False
    for at_ns in _candidates(after, window.end_ns, end_ns, least):
        pools = _pools(at_ns, end_ns, starts, served)
        if all(_holds(got, count, least) for count, got in pools):
            if all(count for count, _ in _pools(at_ns, end_ns, starts, served)):
                return Return(endpoint=endpoint, baseline_share=share, at_ns=at_ns)
            sparse = True
    if sparse:
        reason = "some 5 s after the window have no exchange: too few to see traffic come back"
        return Return(endpoint=endpoint, baseline_share=share, at_ns=None, reason=reason)
    return Return(endpoint=endpoint, baseline_share=share, at_ns=math.inf)


def _candidates(after: After, since_ns: int, end_ns: int, least: float) -> Iterator[int]:
    """Yield the moments whose first pool holds: of very many, most do not get that far."""
    starts, served = after.starts, after.served
    begin = end = 0
    for at_ns in chain((since_ns,), starts):
        if at_ns + POOL_NS > end_ns:
            return
        while begin < len(starts) and starts[begin] < at_ns:
            begin += 1
        until_ns = _until(at_ns, end_ns)
        while end < len(starts) and starts[end] < until_ns:
            end += 1
        if _holds(served[end] - served[begin], end - begin, least):
            yield at_ns


def _holds(got: int, count: int, least: float) -> bool:
    return got >= least * count - 1e-9


def _until(at_ns: int, end_ns: int) -> int:
    """Return the end of the pool that begins here: a short rest belongs to the last."""
    return at_ns + POOL_NS if end_ns - at_ns >= 2 * POOL_NS else end_ns


def _pools(
    at_ns: int, end_ns: int, starts: Sequence[int], served: Sequence[int]
) -> Iterator[tuple[int, int]]:
    """Yield (exchanges, those served) of each pool of [at, end)."""
    begin = bisect_left(starts, at_ns)
    while at_ns < end_ns:
        until_ns = _until(at_ns, end_ns)
        end = bisect_left(starts, until_ns, begin)
        yield end - begin, served[end] - served[begin]
        at_ns, begin = until_ns, end


def figure(evidence: Evidence, scope: Scope) -> Figure:
    """Return seconds; `inf` when traffic did not come back."""
    window = scope.window
    if window is None:
        return no_window()
    after = planned_between(evidence, window.end_ns, load_end_ns(evidence))

    def unserved(endpoint: str) -> tuple[str, ...]:
        return tuple([e.trace_id for e in after if not _served(e, endpoint)][-WORST_KEPT:])

    return concluded(returns(evidence, window), len(after), evidence, window, unserved)


def concluded(
    found: Sequence[Return],
    samples: int,
    evidence: Evidence,
    window: Window,
    unserved: Callable[[str], tuple[str, ...]],
) -> Figure:
    """Return the figure; `unserved` names the last exchanges that an endpoint did not serve."""
    if not found:
        reason = "the endpoint served nothing in the baseline: there is nothing to come back to"
        return Figure(value=None, samples=samples, reason=reason)
    unclear = [back.reason for back in found if back.at_ns is None]
    if unclear:
        return Figure(value=None, samples=samples, reason=unclear[0])
    last = max(found, key=lambda back: (back.at_ns or 0, back.endpoint))
    never = f"{last.endpoint} never served {OF_BASELINE:.0%} of its baseline share again"
    back = f"{last.endpoint} serves its share of {last.baseline_share:.0%} again"
    at_ns = math.inf if last.at_ns is None else last.at_ns
    return Figure(
        value=(at_ns - window.end_ns) / 1e9,
        samples=samples,
        reason=back if math.isfinite(at_ns) else never,
        observed_s=seconds(load_end_ns(evidence) - POOL_NS - window.end_ns),
        worst=unserved(last.endpoint),
    )


METRIC = Measure(
    name="failback_time", unit="s", doc=str(__doc__), figure=figure, per="window", from_end=True
)
