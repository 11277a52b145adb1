"""What is plotted of a run in columns: counts and percentiles per bin of time, in SQL.

`$at` of a template is the bin's number of a moment, as `Bins.index` reckons it.
"""

from collections.abc import Iterable, Sequence

from telemetry.columnar.evidence import ColumnarEvidence

_TRAFFIC = """
SELECT CASE WHEN ok THEN served_endpoint ELSE '' END AS server, $at AS bin, count(*)
FROM $exchanges WHERE bin >= 0 AND bin < $count GROUP BY ALL
"""

_LANES = """
SELECT endpoint, $at AS bin, count(*), count(*) FILTER (touched)
FROM $attempts WHERE bin >= 0 AND bin < $count GROUP BY ALL
"""

_VALUE = """CASE WHEN ok AND served_token_ns IS NOT NULL
  THEN (served_token_ns - planned_ns)::DOUBLE / 1e9::DOUBLE ELSE 'inf'::DOUBLE END"""
_TELLS = "(NOT ok OR served_token_ns IS NOT NULL)"

_LATENCY = f"""
SELECT $at AS bin, quantile_disc({_VALUE}, [0.5, 0.95])
FROM $exchanges WHERE {_TELLS} AND bin >= 0 AND bin < $count GROUP BY bin
"""  # noqa: S608 - our own columns

_DOTS = f"""
SELECT (planned_ns - $start)::DOUBLE / 1e9::DOUBLE, v,
  CASE WHEN ok THEN served_endpoint ELSE '' END
FROM (
  SELECT *, row_number() OVER (PARTITION BY isinf(v) ORDER BY planned_ns, number) - 1 AS place,
    count(*) OVER (PARTITION BY isinf(v)) AS many, count(*) OVER () AS every
  FROM (SELECT *, {_VALUE} AS v FROM $exchanges WHERE {_TELLS}))
WHERE every <= $most OR place % greatest(1, ceil(many / $most)::BIGINT) = 0
ORDER BY every > $most AND isinf(v), planned_ns, number
"""  # noqa: S608 - our own columns

Counts = dict[str, tuple[int, ...]]


def last_ns(evidence: ColumnarEvidence) -> int | None:
    """Return the last end, or planned start of what has no end."""
    query = "SELECT max(coalesce(nullif(closed_ns, 0), planned_ns)) FROM $exchanges"
    found: int | None = evidence.ask(query)[0][0]
    return found


def endpoints(evidence: ColumnarEvidence) -> list[str]:
    """Return every endpoint that was asked, by name."""
    return [name for (name,) in evidence.ask("SELECT DISTINCT endpoint FROM $attempts ORDER BY 1")]


def traffic(evidence: ColumnarEvidence, width_s: float, count: int) -> Counts:
    """Return exchanges per bin by who served them; those that nobody did under no name."""
    rows = evidence.ask(_TRAFFIC, at=_bin(evidence, "planned_ns", width_s), count=count)
    return _counts(rows, count)


def lanes(evidence: ColumnarEvidence, width_s: float, count: int) -> tuple[Counts, Counts]:
    """Return attempts per bin and endpoint: all of them, and those that a fault touched."""
    rows = evidence.ask(_LANES, at=_bin(evidence, "begin_ns", width_s), count=count)
    sent = _counts(((name, at, every) for name, at, every, _ in rows), count)
    return sent, _counts(((name, at, hit) for name, at, _, hit in rows), count)


def percentiles(
    evidence: ColumnarEvidence, width_s: float, count: int
) -> list[tuple[float | None, float | None]]:
    """Return the median and the 95th percentile of time to first token in each bin."""
    rows = evidence.ask(_LATENCY, at=_bin(evidence, "planned_ns", width_s), count=count)
    found: dict[int, tuple[float, float]] = {at: (p50, p95) for at, (p50, p95) in rows}
    return [found.get(index, (None, None)) for index in range(count)]


def dots(evidence: ColumnarEvidence, most: int) -> Sequence[tuple[float, float, str]]:
    """Return when exchanges were planned, their time to first token, who served them; thinned."""
    return evidence.ask(_DOTS, start=evidence.start_ns, most=most)


def _bin(evidence: ColumnarEvidence, moment: str, width_s: float) -> str:
    since = f"({moment} - {evidence.start_ns})::DOUBLE / 1e9::DOUBLE"
    return f"floor({since} / {width_s!r}::DOUBLE + 1e-9::DOUBLE)::BIGINT"


def _counts(rows: Iterable[tuple[str, int, int]], count: int) -> Counts:
    found: dict[str, list[int]] = {}
    for name, at, many in rows:
        found.setdefault(name, [0] * count)[at] = many
    return {name: tuple(counts) for name, counts in found.items()}
