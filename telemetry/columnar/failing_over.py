"""What a window's hits and the traffic after them say, from columns."""

import math

from telemetry.clock import seconds
from telemetry.columnar.evidence import ColumnarEvidence
from telemetry.columnar.sums import between
from telemetry.columnar.text import listed
from telemetry.exchange import Window
from telemetry.figure import Figure, Scope
from telemetry.metrics import failover_time as failing
from telemetry.metrics import leakage as leaking
from telemetry.metrics import leakage_per_minute as leaking_per_minute
from telemetry.shares import WORST_KEPT, counted
from telemetry.windows import no_window, untouched

_HITS = "(SELECT number, begin_ns AS hit_ns FROM hits WHERE w = $window)"

_DETECTED = f"""
SELECT min(elsewhere_ns), count(elsewhere_ns) FROM (
  SELECT arg_min(a.begin_ns, a.ordinal) AS elsewhere_ns
  FROM $attempts a JOIN {_HITS} h USING (number)
  WHERE a.begin_ns >= h.hit_ns AND a.endpoint NOT IN $group GROUP BY number)
"""  # noqa: S608 - our own columns

_REROUTED = f"""
SELECT min(served_token_ns), count(served_token_ns) FROM $exchanges JOIN {_HITS} h USING (number)
WHERE ok AND served_begin_ns >= hit_ns AND served_endpoint NOT IN $group
"""  # noqa: S608 - our own columns

_PLANNED = """
SELECT list(planned_ns ORDER BY planned_ns, number), list(stayed ORDER BY planned_ns, number),
  max(planned_ns) FILTER (attempts = 0),
  coalesce(bool_and(first_endpoint IN $group) FILTER (attempts > 0), true),
  max({'at': planned_ns, 'number': number, 'trace': trace_id}, $most) FILTER (stayed)
FROM (SELECT *, attempts = 0 OR $tried AS stayed FROM $exchanges WHERE $inside)
"""


def detection_time(evidence: ColumnarEvidence, scope: Scope) -> Figure:
    """Return seconds; `inf` when no exchange that was hit went elsewhere."""
    return _since_hit(evidence, scope, _DETECTED, "tried another endpoint")


def first_rerouted_success(evidence: ColumnarEvidence, scope: Scope) -> Figure:
    """Return seconds; `inf` when no exchange that was hit was answered elsewhere."""
    return _since_hit(evidence, scope, _REROUTED, "answered by another endpoint")


def _since_hit(evidence: ColumnarEvidence, scope: Scope, query: str, what: str) -> Figure:
    window = scope.window
    if window is None:
        return no_window()
    if window.first_hit_ns is None:
        return untouched(window)
    index = evidence.index(window)
    ((first_ns, count),) = evidence.ask(query, window=index, group=listed(window.endpoints))
    found = evidence.ask(
        f"SELECT count(*) FROM $exchanges JOIN {_HITS} h USING (number)",  # noqa: S608 - our own columns
        window=index,
    )[0][0]
    worst = evidence.ask(
        f"SELECT trace_id FROM $exchanges JOIN {_HITS} h USING (number) "  # noqa: S608 - our own columns
        "ORDER BY hit_ns, number LIMIT 5",
        window=index,
    )
    return Figure(
        value=seconds(first_ns - window.first_hit_ns) if count else math.inf,
        samples=found,
        reason=f"{counted(found, 'exchange')} hit, {count} {what}",
        observed_s=seconds(evidence.end_ns - window.first_hit_ns),
        worst=tuple(trace for (trace,) in worst),
    )


def failover_time(evidence: ColumnarEvidence, scope: Scope) -> Figure:
    """Return seconds; `inf` when traffic never kept away."""
    window = scope.window
    return no_window() if window is None else failing.figure_of(_look(evidence, window), window)


def _look(evidence: ColumnarEvidence, window: Window) -> failing.Failover:
    def found() -> failing.Failover:
        return failing.concluded(window, lambda since_ns: _looked(evidence, window, since_ns))

    return evidence.once(f"failover {evidence.index(window)}", found)


def _looked(evidence: ColumnarEvidence, window: Window, since_ns: int) -> failing.Looked:
    group = listed(window.endpoints)
    tried = (
        f"CASE WHEN tried IS NULL THEN first_endpoint IN {group} "
        f"ELSE len(list_filter(tried, lambda one: one IN {group})) > 0 END"
    )
    ((starts, stayed, nowhere_ns, first, last),) = evidence.ask(
        _PLANNED,
        group=group,
        tried=tried,
        inside=between(since_ns, window.end_ns),
        most=WORST_KEPT,
    )
    return failing.Looked(
        starts=starts or (),
        stayed=stayed or (),
        nowhere_ns=nowhere_ns,
        first=first,
        worst=tuple(one["trace"] for one in reversed(last or ())),
    )


def leakage(evidence: ColumnarEvidence, scope: Scope) -> Figure:
    """Return the share of attempts at the endpoint at fault in %."""
    window = scope.window
    return no_window() if window is None else leaking.figure_of(_leak(evidence, window), window)


def leakage_per_minute(evidence: ColumnarEvidence, scope: Scope) -> Figure:
    """Return attempts at the endpoint at fault per minute."""
    window = scope.window
    return no_window() if window is None else leaking_per_minute.figure_of(_leak(evidence, window))


def _leak(evidence: ColumnarEvidence, window: Window) -> leaking.Leak:
    found = _look(evidence, window)
    if found.undefined:
        return leaking.Leak(undefined=found.undefined)
    start_ns, group = leaking.since(found, window), listed(window.endpoints)
    begun = between(start_ns, window.end_ns, "begin_ns")
    parts = {"begun": begun, "group": group}
    ((at_fault, attempts),) = evidence.ask(
        "SELECT count(*) FILTER (endpoint IN $group), count(*) FROM $attempts WHERE $begun", **parts
    )
    worst = evidence.ask(
        "SELECT trace_id FROM $exchanges WHERE number IN (SELECT number FROM $attempts "
        "WHERE $begun AND endpoint IN $group) ORDER BY trace_id LIMIT 5",
        **parts,
    )
    return leaking.Leak(
        start_ns=start_ns,
        end_ns=window.end_ns,
        at_fault=at_fault,
        attempts=attempts,
        worst=tuple(trace for (trace,) in worst),
    )
