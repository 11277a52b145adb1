"""When traffic came back and all was well again, from columns."""

from collections import Counter
from itertools import accumulate

from telemetry.columnar.distributions import sampled
from telemetry.columnar.evidence import ColumnarEvidence, where
from telemetry.columnar.sums import between
from telemetry.columnar.text import literal
from telemetry.exchange import Window
from telemetry.figure import Figure, Scope
from telemetry.metrics import failback_overshoot as overshooting
from telemetry.metrics import failback_time as returning
from telemetry.metrics import flaps as flapping
from telemetry.metrics import recovery_time as recovering
from telemetry.shares import WORST_KEPT, load_end_ns
from telemetry.windows import no_window, untouched

BASELINE = Scope(phase="baseline")

# One list for both: whether it was served is the last bit of when it was planned.
_AFTER = """
SELECT list_sort(list(2 * planned_ns + ($served)::BIGINT)) FROM $exchanges WHERE $inside
"""

_POOLS = """
SELECT greatest(0, planned_ns - $hit) // $pool AS index, count(*), count(*) FILTER (ok),
  count(*) FILTER (ok AND served_token_ns IS NOT NULL
    AND (served_token_ns - planned_ns)::DOUBLE / 1e9::DOUBLE <= $slowest::DOUBLE)
FROM $exchanges
WHERE planned_ns >= $hit OR number IN (SELECT number FROM hits WHERE w = $window)
GROUP BY ALL ORDER BY index
"""


def failback_time(evidence: ColumnarEvidence, scope: Scope) -> Figure:
    """Return seconds; `inf` when traffic did not come back."""
    window = scope.window
    if window is None:
        return no_window()
    inside = between(window.end_ns, load_end_ns(evidence))
    samples = evidence.ask("SELECT count(*) FROM $exchanges WHERE $inside", inside=inside)[0][0]

    def unserved(endpoint: str) -> tuple[str, ...]:
        found = evidence.ask(
            "SELECT trace_id FROM $exchanges WHERE $inside AND NOT $served "  # noqa: S608 - a number
            f"ORDER BY planned_ns DESC, number DESC LIMIT {WORST_KEPT}",
            inside=inside,
            served=_served(endpoint),
        )
        return tuple(trace for (trace,) in reversed(found))

    return returning.concluded(_returns(evidence, window), samples, evidence, window, unserved)


def _served(endpoint: str) -> str:
    return f"coalesce(ok AND served_endpoint = {literal(endpoint)}, false)"


def _returns(evidence: ColumnarEvidence, window: Window) -> list[returning.Return]:
    return evidence.once(f"returns {evidence.index(window)}", lambda: _looked(evidence, window))


def _looked(evidence: ColumnarEvidence, window: Window) -> list[returning.Return]:
    found: list[returning.Return] = []
    for endpoint in window.endpoints:
        ((served, count),) = evidence.ask(
            "SELECT count(*) FILTER ($served), count(*) FROM $exchanges WHERE $where",
            served=_served(endpoint),
            where=where(BASELINE),
        )
        if served:
            share = served / count
            after = _after(evidence, window, endpoint)
            found.append(returning.returned(endpoint, share, after, evidence, window))
    return found


def _after(evidence: ColumnarEvidence, window: Window, endpoint: str) -> returning.After:
    inside = between(window.end_ns, load_end_ns(evidence))
    found = evidence.ask(_AFTER, inside=inside, served=_served(endpoint))[0][0] or ()
    return returning.After(
        starts=[one >> 1 for one in found],
        served=[0, *accumulate(one & 1 for one in found)],
    )


def failback_overshoot(evidence: ColumnarEvidence, scope: Scope) -> Figure:
    """Return the ratio; 1 is a calm return."""
    window = scope.window
    if window is None:
        return no_window()

    def attempts(endpoint: str, start_ns: float, end_ns: float) -> int:
        begun = between(int(start_ns), int(end_ns), "begin_ns")
        at = f"{begun} AND endpoint = {literal(endpoint)}"
        found: int = evidence.ask("SELECT count(*) FROM $attempts WHERE $at", at=at)[0][0]
        return found

    return overshooting.concluded(_returns(evidence, window), evidence, attempts)


def flaps(evidence: ColumnarEvidence, scope: Scope) -> Figure:
    """Return the number of changes that nothing explains."""
    window = scope.window
    if window is None:
        return no_window()
    start_ns, end_ns = flapping.around(evidence, window)
    seconds: dict[int, Counter[str]] = {}
    for second, endpoint, count in evidence.ask(
        "SELECT (planned_ns - $start) // 1000000000 AS second, served_endpoint, count(*) "
        "FROM $exchanges WHERE $inside AND ok AND served_endpoint IS NOT NULL GROUP BY ALL",
        start=start_ns,
        inside=between(start_ns, end_ns),
    ):
        seconds.setdefault(second, Counter())[endpoint] = count
    return flapping.concluded(seconds, evidence, window)


def recovery_time(evidence: ColumnarEvidence, scope: Scope) -> Figure:
    """Return seconds, a multiple of 5; `inf` when it was never well again."""
    window = scope.window
    if window is None:
        return no_window()
    if window.first_hit_ns is None:
        return untouched(window)
    before = sampled("time_to_first_token", evidence, BASELINE)
    count = "SELECT count(*) FROM $exchanges WHERE $where AND ok"
    return recovering.concluded(
        recovering.Before(
            count=before.count,
            succeeded=evidence.ask(count, where=where(BASELINE))[0][0],
            p95_s=before.statistics.get("p95", float("inf")),
        ),
        lambda slowest_s: _pools(evidence, window, slowest_s),
    )


def _pools(evidence: ColumnarEvidence, window: Window, slowest_s: float) -> list[recovering.Pool]:
    rows = evidence.ask(
        _POOLS,
        hit=window.first_hit_ns,
        pool=returning.POOL_NS,
        slowest=repr(slowest_s),
        window=evidence.index(window),
    )
    return [
        recovering.Pool(index=index, count=count, succeeded=succeeded, fast=fast)
        for index, count, succeeded, fast in rows
    ]
