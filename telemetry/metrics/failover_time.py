"""T_full - the window's first hit: how long until traffic keeps away from the endpoint at fault.

T_full is the earliest time such that of the exchanges planned in [T_full, window end) at most 5 %
(`LEAK_PERCENT`) tried the endpoint at fault, with at least 20 such exchanges. It is looked for at
the first hit and at each planned start after it. Infinite when there is none: every exchange still
touches the endpoint, as without a circuit breaker. An exchange that was not tried anywhere counts
as one that stayed: traffic that is given up has not failed over. Not defined for a share below 1,
where staying is right, nor with fewer than 20 exchanges to look at.
"""

import math
from collections.abc import Iterator, Sequence

import msgspec

from telemetry.clock import seconds
from telemetry.exchange import Evidence, Exchange, Window
from telemetry.figure import Figure, Measure, Scope
from telemetry.shares import counted, named, planned_between
from telemetry.windows import no_window, untouched_reason

LEAK_PERCENT = 5
LEAST_EXCHANGES = 20


class Failover(msgspec.Struct, frozen=True, kw_only=True):
    """Where T_full is: `full_ns` is `inf` for never; `undefined` says why there is no answer.

    `planned` are the exchanges looked at, `stayed` tells for each if it tried the endpoint at
    fault, or nothing at all. `last_ns` is the latest time that T_full could have been seen at.
    """

    undefined: str = ""
    full_ns: float = math.inf
    last_ns: int = 0
    planned: tuple[Exchange, ...] = ()
    stayed: tuple[bool, ...] = ()


def look(evidence: Evidence, window: Window) -> Failover:
    """Look for T_full in a window."""
    if window.share < 1:
        return Failover(undefined=f"not defined for a fault of share {window.share:g}, below 1")
    if window.first_hit_ns is None:
        return Failover(undefined=untouched_reason(window))
    planned = planned_between(evidence, window.first_hit_ns, window.end_ns)
    if len(planned) < LEAST_EXCHANGES:
        reason = f"only {counted(len(planned), 'exchange')} planned after the first hit; 20 needed"
        return Failover(undefined=reason, planned=tuple(planned))
    stayed = tuple(_stayed(exchange, window) for exchange in planned)
    starts = [exchange.planned_ns for exchange in planned]
    index = _earliest(starts, stayed)
    starts[0] = window.first_hit_ns
    return Failover(
        full_ns=math.inf if index is None else starts[index],
        last_ns=starts[-LEAST_EXCHANGES],
        planned=tuple(planned),
        stayed=stayed,
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
    if window is None:
        return no_window()
    found = look(evidence, window)
    if found.undefined or window.first_hit_ns is None:
        return Figure(value=None, samples=len(found.planned), reason=found.undefined)
    return Figure(
        value=(found.full_ns - window.first_hit_ns) / 1e9,
        samples=len(found.planned),
        reason=_reason(found, window),
        observed_s=seconds(found.last_ns - window.first_hit_ns),
        worst=_worst(found),
    )


def _reason(found: Failover, window: Window) -> str:
    at, count, of = named(window.endpoints), sum(found.stayed), len(found.stayed)
    if math.isfinite(found.full_ns):
        rest = [stayed for e, stayed in _pairs(found) if e.planned_ns >= found.full_ns]
        return f"from then on {sum(rest)} of {counted(len(rest), 'exchange')} tried {at}" + (
            _nowhere(found, found.full_ns)
        )
    if count == of and not _nowhere(found):
        tried = f"tried {at}{_first(found, window)}"
        return f"every exchange planned in the window still {tried}: {count} of {of}"
    more = f"more than {LEAK_PERCENT} % still tried {at}{_nowhere(found)}"
    return f"to the end of the window {more}: {count} of {of} after the first hit"


def _nowhere(found: Failover, since_ns: float = -math.inf) -> str:
    """Say it where some stayed because they were given up."""
    late = (exchange for exchange in found.planned if exchange.planned_ns >= since_ns)
    return " or nothing at all" if any(not exchange.attempts for exchange in late) else ""


def _first(found: Failover, window: Window) -> str:
    firsts = (exchange.attempts[0].endpoint for exchange in found.planned if exchange.attempts)
    return " first" if all(endpoint in window.endpoints for endpoint in firsts) else ""


def _worst(found: Failover) -> tuple[str, ...]:
    """Return the last that stayed: they kept failover from being over."""
    return tuple([exchange.trace_id for exchange, stayed in _pairs(found) if stayed][-5:])


def _pairs(found: Failover) -> Iterator[tuple[Exchange, bool]]:
    return zip(found.planned, found.stayed, strict=True)


METRIC = Measure(
    name="failover_time",
    unit="s",
    doc=str(__doc__),
    figure=figure,
    per="window",
    minimum_samples=LEAST_EXCHANGES,
)
