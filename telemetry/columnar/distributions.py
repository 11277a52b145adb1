"""Metrics with a value per exchange as expressions over columns, and their statistics in SQL.

A percentile is DuckDB's `quantile_disc`, which is the nearest rank of `telemetry.stats`; a mean is
that of whole numbers, so that no order of adding shows in it.
"""

import math

import msgspec

from telemetry.columnar.evidence import ColumnarEvidence, where
from telemetry.figure import Scope

WORST_KEPT = 5


class Column(msgspec.Struct, frozen=True):
    """One metric's value per row: `whole` / `per` where `holds`, else infinite.

    `kept` tells which rows have a value at all. `value`: how the value is reckoned where it is
    not `whole` / `per`, to the last bit.
    """

    whole: str
    holds: str = "true"
    per: float = 1e9
    kept: str = "true"
    source: str = "$exchanges"
    value: str = ""

    @property
    def told(self) -> str:
        """The value as a number."""
        reckoned = self.value or f"({self.whole})::DOUBLE / {self.per!r}::DOUBLE"
        return f"CASE WHEN {self.holds} THEN {reckoned} ELSE 'inf'::DOUBLE END"


class Sampled(msgspec.Struct, frozen=True):
    """What samples say together: how many, how many infinite, statistics, and the worst traces."""

    count: int
    failed: int
    statistics: dict[str, float]
    worst: tuple[str, ...]


_ANSWERED = "ok AND served_token_ns IS NOT NULL"
_HIT = "(SELECT e.*, h.begin_ns AS hit_ns FROM $exchanges e JOIN ($hits) h USING (number))"
_ABANDONED = (
    "(SELECT e.*, t.held_ns, t.gone FROM $exchanges e JOIN (SELECT number, "
    "max(a.next_ns - a.begin_ns) AS held_ns, bool_and(a.next_ns IS NOT NULL) AS gone "
    "FROM held a JOIN ($hits) h USING (number) WHERE a.begin_ns >= h.begin_ns GROUP BY number) t "
    "USING (number))"
)

COLUMNS = {
    "abandon_time": Column("held_ns", "gone", source=_ABANDONED),
    "attempts": Column("attempts", per=1.0),
    "failover_delay": Column("served_token_ns - hit_ns", _ANSWERED, source=_HIT),
    "largest_silence": Column("silence_ns"),
    "time_to_first_token": Column("served_token_ns - planned_ns", _ANSWERED),
    "time_to_first_token_from_send": Column(
        "served_token_ns - dispatched_ns",
        _ANSWERED,
        value="(served_token_ns - planned_ns)::DOUBLE / 1e9::DOUBLE"
        " - (dispatched_ns - planned_ns)::DOUBLE / 1e9::DOUBLE",
    ),
    "token_gap": Column("served_gap_ns", "ok", kept="NOT ok OR served_gap_ns IS NOT NULL"),
    "tokens": Column("CASE WHEN ok THEN served_tokens ELSE 0 END", per=1.0),
    "tokens_generated": Column("generated", per=1.0),
    "total_time": Column("closed_ns - planned_ns", "ok"),
    "total_time_from_send": Column("closed_ns - dispatched_ns", "ok"),
}

_PERCENTS = {"p50": 0.5, "p95": 0.95, "p99": 0.99}
_ORDER = {True: "ASC", False: "DESC"}


def sampled(
    name: str, evidence: ColumnarEvidence, scope: Scope, *, small_is_bad: bool = False
) -> Sampled:
    """Take a metric's samples in scope, once, with every statistic: others ask for them again."""
    column = COLUMNS[name]
    # What a window's faults touched is the window's, whether or not it met it.
    inside = "true" if scope.window is not None and column.source != "$exchanges" else where(scope)
    parts = {"hits": hit_rows(evidence, scope), "where": f"({inside}) AND ({column.kept})"}
    values = f"SELECT {column.told} AS v, {column.whole} AS n FROM {column.source} WHERE $where"  # noqa: S608 - our own columns
    sums = "count(*), count(*) FILTER (isinf(v)), sum(n)::HUGEINT, max(v), min(v)"
    ranks = f"quantile_disc(v, {list(_PERCENTS.values())})"
    query = f"SELECT {sums}, {ranks} FROM ({values})"  # noqa: S608 - our own columns
    ((count, failed, whole, most, least, found),) = evidence.ask(_put(query, parts))
    if not count:
        return Sampled(0, 0, {}, ())
    statistics = dict(zip(_PERCENTS, found, strict=True)) | {"max": most, "min": least}
    statistics["mean"] = math.inf if failed else whole / column.per / count
    order = f"{column.told} {_ORDER[small_is_bad]}, trace_id LIMIT {WORST_KEPT}"
    worst = f"SELECT trace_id FROM {column.source} WHERE $where ORDER BY {order}"  # noqa: S608 - our own columns
    traces = tuple(trace for (trace,) in evidence.ask(_put(worst, parts)))
    return Sampled(count, failed, statistics, traces)


def hit_rows(evidence: ColumnarEvidence, scope: Scope) -> str:
    """Return what selects the first attempt in scope that a fault touched, of each exchange."""
    if scope.window is not None:
        return f"SELECT number, begin_ns FROM hits WHERE w = {evidence.index(scope.window)}"  # noqa: S608 - a number
    return (
        "SELECT number, hit_begin_ns AS begin_ns FROM exchanges_told WHERE hit_begin_ns IS NOT NULL"
    )


def _put(query: str, parts: dict[str, str]) -> str:
    for name, text in parts.items():
        query = query.replace(f"${name}", text)
    return query
