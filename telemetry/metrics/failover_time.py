"""T_full - the window's first hit: how long until traffic keeps away from the endpoint at fault.

T_full is the earliest time such that of the exchanges planned in [T_full, window end) at most 5 %
(`LEAK_PERCENT`) tried the endpoint at fault, with at least 20 such exchanges. It is looked for at
the first hit and at each planned start after it. Infinite when there is none: every exchange still
touches the endpoint, as without a circuit breaker. An exchange that was not tried anywhere counts
as one that stayed: traffic that is given up has not failed over. Not defined for a share below 1
or a fault that chooses among requests, where staying is right, nor with fewer than 20 exchanges to
look at.
"""

import math
from bisect import bisect_left
from collections.abc import Callable, Sequence

import msgspec

from telemetry.clock import seconds
from telemetry.exchange import Evidence, Exchange, Window
from telemetry.figure import Figure, Measure, Scope
from telemetry.shares import counted, named, planned_between
from telemetry.windows import no_window, untouched_reason

LEAK_PERCENT = 5
LEAST_EXCHANGES = 20
WORST_KEPT = 5


class Looked(msgspec.Struct, frozen=True, kw_only=True):
    """What the exchanges planned from the first hit on did, in planned order.

    `stayed` tells for each if it tried the endpoint at fault, or nothing at all. `nowhere_ns`: the
    last start of one that tried nothing. `first`: all tried the endpoint at fault first. `worst`:
    the last that stayed.
    """

    starts: Sequence[int] = ()
    stayed: Sequence[bool] = ()
    nowhere_ns: int | None = None
    first: bool = False
    worst: tuple[str, ...] = ()


class Failover(msgspec.Struct, frozen=True, kw_only=True):
    """Where T_full is: `full_ns` is `inf` for never; `undefined` says why there is no answer.

    `last_ns` is the latest time that T_full could have been seen at.
    """

    undefined: str = ""
    full_ns: float = math.inf
    last_ns: int = 0
    looked: Looked = Looked()


def look(evidence: Evidence, window: Window) -> Failover:
    """Look for T_full in a window."""
    return concluded(window, lambda since_ns: _looked(evidence, window, since_ns))


def concluded(window: Window, looked_since: Callable[[int], Looked]) -> Failover:
    """Say where T_full is from what was done since the first hit."""
    if window.partial:
        return Failover(undefined=f"not defined for a fault {window.partial}")
    if window.first_hit_ns is None:
        return Failover(undefined=untouched_reason(window))
    looked = looked_since(window.first_hit_ns)
    if len(looked.starts) < LEAST_EXCHANGES:
        few = counted(len(looked.starts), "exchange")
        reason = f"only {few} planned after the first hit; 20 needed"
        return Failover(undefined=reason, looked=looked)
    index = _earliest(looked.starts, looked.stayed)
    starts = [window.first_hit_ns, *looked.starts[1:]]
    return Failover(
        full_ns=math.inf if index is None else starts[index],
        last_ns=starts[-LEAST_EXCHANGES],
        looked=looked,
    )


def _looked(evidence: Evidence, window: Window, since_ns: int) -> Looked:
    planned = planned_between(evidence, since_ns, window.end_ns)
    stayed = tuple(_stayed(exchange, window) for exchange in planned)
    firsts = (exchange.attempts[0].endpoint for exchange in planned if exchange.attempts)
    last = [e.trace_id for e, stays in zip(planned, stayed, strict=True) if stays]
    return Looked(
        starts=[exchange.planned_ns for exchange in planned],
        stayed=stayed,
        nowhere_ns=max((e.planned_ns for e in planned if not e.attempts), default=None),
        first=all(endpoint in window.endpoints for endpoint in firsts),
        worst=tuple(last[-WORST_KEPT:]),
    )


def _stayed(exchange: Exchange, window: Window) -> bool:
    tried = [attempt.endpoint for attempt in exchange.attempts]
    return not tried or any(endpoint in window.endpoints for endpoint in tried)


def _earliest(starts: Sequence[int], stayed: Sequence[bool]) -> int | None:
    """Go back from the end of the window, counting; the last start that holds is the earliest."""
    earliest, count, of = None, 0, 0
    for index in range(len(starts) - 1, -1, -1):
        count, of = count + stayed[index], of + 1
        whole = index == 0 or starts[index - 1] < starts[index]
        if whole and of >= LEAST_EXCHANGES and 100 * count <= LEAK_PERCENT * of:
            earliest = index
    return earliest


def figure(evidence: Evidence, scope: Scope) -> Figure:
    """Return seconds; `inf` when traffic never kept away."""
    window = scope.window
    return no_window() if window is None else figure_of(look(evidence, window), window)


def figure_of(found: Failover, window: Window) -> Figure:
    """Return what was found as a figure."""
    looked = found.looked
    if found.undefined or window.first_hit_ns is None:
        return Figure(value=None, samples=len(looked.starts), reason=found.undefined)
    return Figure(
        value=(found.full_ns - window.first_hit_ns) / 1e9,
        samples=len(looked.starts),
        reason=_reason(found, window),
        observed_s=seconds(found.last_ns - window.first_hit_ns),
        worst=looked.worst,
    )


def _reason(found: Failover, window: Window) -> str:
    looked = found.looked
    at, count, of = named(window.endpoints), sum(looked.stayed), len(looked.stayed)
    if math.isfinite(found.full_ns):
        rest = looked.stayed[bisect_left(looked.starts, found.full_ns) :]
        return f"from then on {sum(rest)} of {counted(len(rest), 'exchange')} tried {at}" + (
            _nowhere(looked, found.full_ns)
        )
    if count == of and not _nowhere(looked):
        tried = f"tried {at}{' first' if looked.first else ''}"
        return f"every exchange planned in the window still {tried}: {count} of {of}"
    more = f"more than {LEAK_PERCENT} % still tried {at}{_nowhere(looked)}"
    return f"to the end of the window {more}: {count} of {of} after the first hit"


def _nowhere(looked: Looked, since_ns: float = -math.inf) -> str:
    """Say it where some stayed because they were given up."""
    late = looked.nowhere_ns is not None and looked.nowhere_ns >= since_ns
    return " or nothing at all" if late else ""


METRIC = Measure(
    name="failover_time",
    unit="s",
    doc=str(__doc__),
    figure=figure,
    per="window",
    minimum_samples=LEAST_EXCHANGES,
)
