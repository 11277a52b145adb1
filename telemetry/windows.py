"""From the injector's own events to fault windows, and from windows to what they touched; pure.

A window is one occurrence of one fault group: its members' intervals, merged where they overlap,
with the union of their endpoints. Successive occurrences are windows of their own.
"""

import math
from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Sequence

import msgspec

from telemetry.exchange import Attempt, Evidence, Exchange, Touch, Window
from telemetry.figure import Figure, Scope
from telemetry.record import EventFact

SWITCHING_NS = 100_000_000
"""Members of a group that follow each other within 0.1 s are one window: switching takes time."""

Hit = tuple[Exchange, Attempt]
"""An exchange with the first of its attempts that a fault of the window touched."""


class _Interval(msgspec.Struct, frozen=True, kw_only=True):
    """One fault's stretch of time, as the injector recorded it."""

    fault: str
    group: str
    endpoints: tuple[str, ...]
    share: float
    selective: bool
    listener: bool
    start_ns: int
    end_ns: int


def windows_of(
    events: Iterable[EventFact],
    exchanges: Sequence[Exchange],
    *,
    record_end_ns: int,
    may_miss: Collection[str] = (),
) -> tuple[Window, ...]:
    """Return the run's windows in time order, with what each touched.

    `events` are the record's; a `window_start` without its `window_end` reaches to
    `record_end_ns`. `may_miss`: the groups that may reach nobody.
    """
    bare = bare_windows_of(events, record_end_ns=record_end_ns, may_miss=may_miss)
    return tuple(_with_touched(window, bare, exchanges) for window in bare)


def bare_windows_of(
    events: Iterable[EventFact], *, record_end_ns: int, may_miss: Collection[str] = ()
) -> tuple[Window, ...]:
    """Return the run's windows as the injector's events tell them, without what they touched."""
    groups: dict[str, list[_Interval]] = {}
    for interval in _intervals(events, record_end_ns):
        groups.setdefault(interval.group, []).append(interval)
    bare = [
        _window(members, may_miss) for group in groups.values() for members in _occurrences(group)
    ]
    return tuple(sorted(bare, key=lambda window: (window.start_ns, window.group)))


def hits(evidence: Evidence, window: Window) -> list[Hit]:
    """Return the exchanges that a window's faults touched, by the moment they were sent."""
    return _hits(evidence.exchanges, window, reach_of(window, evidence.windows))


def touched_in(evidence: Evidence, scope: Scope) -> list[Hit]:
    """Return the exchanges in scope that a fault touched, by the moment they were sent."""
    if scope.window is not None:
        return hits(evidence, scope.window)
    found = [(e, hit) for e in scope.exchanges(evidence) if (hit := e.first_touched) is not None]
    return sorted(found, key=_sent)


def window_of(touch: Touch, windows: Sequence[Window]) -> Window | None:
    """Return the window that a touch belongs to; None for a fault that no window names."""
    reached = (one for one in windows if _belongs(touch, one, reach_of(one, windows)))
    return next(reached, None)


def untouched_reason(window: Window) -> str:
    """Say why a figure that counts from the first hit does not exist."""
    return f"no exchange was touched by the fault of window {window.group}"


def untouched(window: Window) -> Figure:
    """Return the figure of what counts from a first hit that never was."""
    return Figure(value=None, samples=0, reason=untouched_reason(window))


def no_window() -> Figure:
    """Return the figure of what is defined per window, asked of something else."""
    return Figure(value=None, samples=0, reason="this is measured per fault window")


def names_of(windows: Sequence[Window]) -> dict[Window, str]:
    """Name each window: its group, and `group#2` for the group's second occurrence."""
    seen: dict[str, int] = {}
    names: dict[Window, str] = {}
    for window in windows:
        seen[window.group] = seen.get(window.group, 0) + 1
        ordinal = seen[window.group]
        names[window] = window.group if ordinal == 1 else f"{window.group}#{ordinal}"
    return names


def _intervals(events: Iterable[EventFact], record_end_ns: int) -> Iterator[_Interval]:
    open_starts: dict[str, EventFact] = {}
    for event in sorted(events, key=lambda event: (event.at_ns, event.name != "window_end")):
        if event.name == "window_start":
            open_starts.setdefault(event.subject, event)
        elif event.name == "window_end" and event.subject in open_starts:
            yield _interval(open_starts.pop(event.subject), event.at_ns)
    for start in open_starts.values():
        yield _interval(start, max(record_end_ns, start.at_ns))


def _interval(start: EventFact, end_ns: int) -> _Interval:
    facts = start.facts
    share = facts.get("share", 1.0)
    return _Interval(
        fault=start.subject,
        group=str(facts.get("group") or start.subject),
        endpoints=tuple(filter(None, str(facts.get("endpoints") or "").split(","))),
        share=float(share) if isinstance(share, int | float) else 1.0,
        selective=bool(facts.get("selection")),
        listener=bool(facts.get("listener")),
        start_ns=start.at_ns,
        end_ns=end_ns,
    )


def _occurrences(group: Iterable[_Interval]) -> list[list[_Interval]]:
    occurrences: list[list[_Interval]] = []
    reach_ns = -math.inf
    for interval in sorted(group, key=lambda interval: (interval.start_ns, interval.fault)):
        if interval.start_ns > reach_ns + SWITCHING_NS:
            occurrences.append([])
            reach_ns = interval.end_ns
        occurrences[-1].append(interval)
        reach_ns = max(reach_ns, interval.end_ns)
    return occurrences


def _window(members: Sequence[_Interval], may_miss: Collection[str]) -> Window:
    return Window(
        group=members[0].group,
        faults=tuple(sorted({member.fault for member in members})),
        endpoints=tuple(sorted({name for member in members for name in member.endpoints})),
        start_ns=members[0].start_ns,
        end_ns=max(member.end_ns for member in members),
        share=max(member.share for member in members),
        selective=_spares_some(members),
        listener=any(member.listener for member in members),
        may_miss=members[0].group in may_miss,
    )


def _spares_some(members: Sequence[_Interval]) -> bool:
    """Tell whether at one of the endpoints no member is meant for everybody."""
    whole = {
        name
        for member in members
        if member.share >= 1 and not member.selective
        for name in member.endpoints
    }
    return not all(name in whole for member in members for name in member.endpoints)


def _with_touched(
    window: Window, windows: Sequence[Window], exchanges: Sequence[Exchange]
) -> Window:
    reach = reach_of(window, windows)
    attempts = [
        attempt
        for exchange in exchanges
        for attempt in exchange.attempts
        if attempt.touches and _touched(attempt, window, reach)
    ]
    # What was under way when the window opened was not hit before: its past is not the fault's.
    begun_ns = [max(attempt.begin_ns, window.start_ns) for attempt in attempts]
    return msgspec.structs.replace(
        window,
        first_hit_ns=min(begun_ns, default=None),
        touched_attempts=len(attempts),
        touched_exchanges=len({attempt.exchange for attempt in attempts}),
    )


def reach_of(window: Window, windows: Sequence[Window]) -> tuple[float, float]:
    """Return [from, until): a touch belongs to the latest occurrence that had begun by then.

    The first takes what came before it too: the switch and its record are two moments.
    """
    starts = sorted(other.start_ns for other in windows if other.group == window.group)
    following = bisect_right(starts, window.start_ns)
    return (
        -math.inf if following <= 1 else window.start_ns - SWITCHING_NS,
        starts[following] - SWITCHING_NS if following < len(starts) else math.inf,
    )


def _hits(exchanges: Iterable[Exchange], window: Window, reach: tuple[float, float]) -> list[Hit]:
    found: list[Hit] = []
    for exchange in exchanges:
        for attempt in exchange.attempts:
            if attempt.touches and _touched(attempt, window, reach):
                found.append((exchange, attempt))
                break
    return sorted(found, key=_sent)


def _sent(hit: Hit) -> tuple[int, int]:
    return hit[1].begin_ns, hit[0].number


def _touched(attempt: Attempt, window: Window, reach: tuple[float, float]) -> bool:
    return any(_belongs(touch, window, reach) for touch in attempt.touches)


def _belongs(touch: Touch, window: Window, reach: tuple[float, float]) -> bool:
    return touch.fault in window.faults and reach[0] <= touch.at_ns < reach[1]
