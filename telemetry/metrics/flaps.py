"""Changes of the majority endpoint, less those that the fault window explains; not below 0.

Counted over consecutive 1 s bins of planned starts, merged until each has 5 served exchanges, from
the end of the window before this one (or of the warm-up) to the start of the next (or the end of
the load). The majority changes when another endpoint serves 60 % of a bin. A window explains two
changes, away and back; while traffic has not come back, one. Windows that overlap explain no more
than one does, nor does one that touched nobody explain any. Fewer than 10 bins: unknown.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from telemetry.clock import NS_PER_S
from telemetry.exchange import Evidence, Exchange, Window
from telemetry.figure import Figure, Measure, Scope
from telemetry.shares import counted, load_end_ns, planned_between
from telemetry.windows import no_window

LEAST_PER_BIN = 5
LEAST_BINS = 10
MAJORITY_PERCENT = 60


def figure(evidence: Evidence, scope: Scope) -> Figure:
    """Return the number of changes that nothing explains."""
    window = scope.window
    if window is None:
        return no_window()
    start_ns, end_ns = around(evidence, window)
    served = _served(planned_between(evidence, start_ns, end_ns), start_ns)
    return concluded(served, evidence, window)


def concluded(served: Mapping[int, Counter[str]], evidence: Evidence, window: Window) -> Figure:
    """Return the figure from who served how many in each second since the start of `around`."""
    start_ns, end_ns = around(evidence, window)
    bins = _bins(served)
    samples = sum(bin_.total() for bin_ in bins)
    if len(bins) < LEAST_BINS:
        reason = f"only {counted(len(bins), 'bin')} of 1 s or more with 5 exchanges; 10 needed"
        return Figure(value=None, samples=samples, reason=reason)
    majorities = _majorities(bins)
    changes = len(majorities) - 1
    came_back = majorities[0] == majorities[-1]
    explained = max(0, 2 * _outages(evidence, start_ns, end_ns) - (0 if came_back else 1))
    reason = f"{counted(changes, 'change')} of majority in {len(bins)} bins"
    return Figure(value=float(max(0, changes - explained)), samples=samples, reason=reason)


def around(evidence: Evidence, window: Window) -> tuple[int, int]:
    """Return the stretch in which changes are counted."""
    baseline = evidence.phase("baseline")
    earliest_ns = evidence.start_ns if baseline is None else baseline.start_ns
    before = [w.end_ns for w in evidence.windows if w.end_ns <= window.start_ns]
    after = [w.start_ns for w in evidence.windows if w.start_ns >= window.end_ns]
    return max([earliest_ns, *before]), min([load_end_ns(evidence), *after])


def _outages(evidence: Evidence, start_ns: int, end_ns: int) -> int:
    """Count the stretches of time, as far as they meet [start, end), with windows that touched."""
    touching = sorted(
        (window.start_ns, window.end_ns)
        for window in evidence.windows
        if window.first_hit_ns is not None and window.start_ns < end_ns and window.end_ns > start_ns
    )
    count, reach_ns = 0, -math.inf
    for begin_ns, until_ns in touching:
        count += begin_ns > reach_ns
        reach_ns = max(reach_ns, until_ns)
    return count


def _served(exchanges: Iterable[Exchange], start_ns: int) -> dict[int, Counter[str]]:
    seconds: dict[int, Counter[str]] = {}
    for exchange in exchanges:
        if exchange.succeeded and exchange.serving is not None:
            second = (exchange.planned_ns - start_ns) // NS_PER_S
            seconds.setdefault(second, Counter())[exchange.serving.endpoint] += 1
    return seconds


def _bins(seconds: Mapping[int, Counter[str]]) -> list[Counter[str]]:
    """Return who served how many in each bin; a rest too small for a bin joins the last."""
    bins: list[Counter[str]] = []
    growing: Counter[str] = Counter()
    for _, served in sorted(seconds.items()):
        growing = growing + served
        if growing.total() >= LEAST_PER_BIN:
            bins.append(growing)
            growing = Counter()
    if bins and growing:
        bins[-1] = bins[-1] + growing
    return bins


def _majorities(bins: Sequence[Counter[str]]) -> list[str]:
    """Return the endpoints that held the majority, one after the other; at least one."""
    held = [max(sorted(bins[0]), key=lambda endpoint: bins[0][endpoint])]
    for served in bins:
        endpoint, count = max(sorted(served.items()), key=lambda item: item[1])
        if endpoint != held[-1] and 100 * count >= MAJORITY_PERCENT * served.total():
            held.append(endpoint)
    return held


METRIC = Measure(name="flaps", unit="changes", doc=str(__doc__), figure=figure, per="window")
