"""Fault windows inferred from what failed at each endpoint, and how sure their edges are; pure.

An outage begins between the last answer before its first failure and the first failure; it ends
between the last failure and the first answer after it, which may have been a probe: the window's
end is when the endpoint was seen to answer again. Where that was never seen, it reaches to the end
of the data. Only what speaks against the endpoint counts as failure: not what the question, or who
asked it, brought about.

An endpoint whose stretch begins within another's window, while it takes over, is taken for a
fallback that was overloaded: its failures are its own, and no fault's.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence

import msgspec

from telemetry.clock import seconds
from telemetry.exchange import Attempt, Exchange
from telemetry.foreign.stretches import LEAST_FAILURES, Stretch, ill_stretches
from telemetry.foreign.windowing import Told
from telemetry.outcome import Outcome
from telemetry.shares import counted

OUTAGE = "outage"
TOTAL_SHARE = 0.9
"""From here up an error share is taken for a fault that hits everything."""


class Inferred(msgspec.Struct, frozen=True, kw_only=True):
    """The windows, or why there is none; `notes` tell of stretches that were not taken for one."""

    windows: tuple[Told, ...] = ()
    notes: tuple[str, ...] = ()
    why_none: str = ""


def inferred(exchanges: Iterable[Exchange]) -> Inferred:
    """Look for windows at every endpoint."""
    rows = _rows(exchanges)
    end_ns = max((a.end_ns or a.begin_ns for row in rows.values() for a in row), default=0)
    found = [
        _window(endpoint, row, stretch, end_ns)
        for endpoint, row in sorted(rows.items())
        for stretch in ill_stretches([_failed(attempt) for attempt in row])
    ]
    found.sort(key=lambda window: (window.start_ns, window.endpoints))
    causes, notes = _causes(found)
    if not causes:
        return Inferred(why_none=_why_none(rows))
    endpoints = {name for window in causes for name in window.endpoints}
    named = [_named(window, alone=len(endpoints) == 1) for window in causes]
    return Inferred(windows=tuple(named), notes=tuple(notes))


def _rows(exchanges: Iterable[Exchange]) -> dict[str, list[Attempt]]:
    rows: dict[str, list[Attempt]] = defaultdict(list)
    for exchange in exchanges:
        for attempt in exchange.attempts:
            if attempt.outcome is Outcome.OK or _failed(attempt):
                rows[attempt.endpoint].append(attempt)
    for row in rows.values():
        row.sort(key=lambda attempt: (attempt.begin_ns, attempt.exchange, attempt.ordinal))
    return dict(rows)


def _failed(attempt: Attempt) -> bool:
    return attempt.outcome.worth_another_endpoint


def _window(endpoint: str, row: Sequence[Attempt], stretch: Stretch, end_ns: int) -> Told:
    inside = row[stretch.first : stretch.last + 1]
    failures = [attempt for attempt in inside if _failed(attempt)]
    start_ns, start_within = _start(row, stretch, failures)
    again = next((a.begin_ns for a in row[stretch.last + 1 :] if not _failed(a)), None)
    last_ns = max(row[stretch.last].begin_ns, start_ns)
    share = len(failures) / len(inside)
    return Told(
        id=OUTAGE,
        endpoints=(endpoint,),
        start_ns=start_ns,
        end_ns=max(end_ns if again is None else again, start_ns + 1),
        share=1.0 if share >= TOTAL_SHARE else share,
        inferred=True,
        start_within=start_within,
        end_within=(last_ns + 1, max(end_ns if again is None else again, last_ns + 1)),
        open=again is None,
        note=f"{len(failures)} of {counted(len(inside), 'attempt')} failed",
    )


def _start(
    row: Sequence[Attempt], stretch: Stretch, failures: Sequence[Attempt]
) -> tuple[int, tuple[int, int]]:
    """Return the start, and between what it must lie.

    What began before an outage may have been caught in it, so a failure's end bounds it from above.
    """
    first_ns = row[stretch.first].begin_ns
    latest_ns = min(attempt.end_ns or attempt.begin_ns for attempt in failures)
    earliest_ns = row[stretch.first - 1].begin_ns if stretch.first else first_ns
    overtaken = [
        a.begin_ns for a in row[stretch.first :] if not _failed(a) and _before(a, latest_ns)
    ]
    earliest_ns = max([earliest_ns, *overtaken])
    start_ns = min(max(first_ns, earliest_ns), latest_ns)
    return start_ns, (min(earliest_ns, start_ns), max(latest_ns, start_ns))


def _before(attempt: Attempt, at_ns: int) -> bool:
    return attempt.end_ns is not None and attempt.end_ns <= at_ns


def _causes(found: Sequence[Told]) -> tuple[list[Told], list[str]]:
    causes: list[Told] = []
    notes: list[str] = []
    for window in found:
        around = [
            cause
            for cause in causes
            if cause.endpoints != window.endpoints
            and cause.start_ns < window.start_ns < cause.end_ns
        ]
        if around:
            at, other = window.endpoints[0], around[0].endpoints[0]
            notes.append(
                f"{at} failed too while {other} did ({window.note}): taken for an overloaded "
                "fallback, not for a fault; give the windows if it was one"
            )
        else:
            causes.append(window)
    return causes, notes


def _named(window: Told, *, alone: bool) -> Told:
    name = OUTAGE if alone else f"{OUTAGE}-{window.endpoints[0]}"
    return msgspec.structs.replace(window, id=name)


def _why_none(rows: dict[str, list[Attempt]]) -> str:
    told = [
        f"{sum(map(_failed, row))} of {len(row)} at {endpoint}"
        for endpoint, row in sorted(rows.items())
    ]
    return (
        f"attempts that failed: {', '.join(told) or 'none'}; "
        f"it takes {LEAST_FAILURES} close together to infer a window"
    )


def told(window: Told, zero_ns: int) -> str:
    """Say what was inferred, in seconds from the start of the data."""
    at = ", ".join(window.endpoints)
    start_s, end_s = seconds(window.start_ns - zero_ns), seconds(window.end_ns - zero_ns)
    edges = [_edge("start", window.start_within)]
    edges += [] if window.open else [_edge("end", window.end_within)]
    end = "to the end of the data, not seen to answer again" if window.open else f"to {end_s:.2f} s"
    return (
        f"the window {window.id} at {at} is inferred from the error share: "
        f"{start_s:.2f} s {end} ({window.note}; {'; '.join(edges)})"
    )


def _edge(name: str, within: tuple[int, int]) -> str:
    return f"{name} known to {max(0.001, seconds(within[1] - within[0])):.3g} s"
