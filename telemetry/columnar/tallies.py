"""What is counted over exchanges beside the metrics: who was sent, touched, late, or impossible."""

import msgspec

from telemetry.columnar.distributions import sampled
from telemetry.columnar.evidence import ColumnarEvidence, where
from telemetry.columnar.sums import between
from telemetry.columnar.text import listed
from telemetry.exchange import Window
from telemetry.figure import Scope

_LATE = "greatest(0, dispatched_ns - planned_ns)::DOUBLE / 1e9::DOUBLE"

_ATTESTED = """
SELECT fault, count(*), count(DISTINCT number)
FROM (SELECT DISTINCT fault, number, ordinal FROM touches) GROUP BY fault
"""

_EARLY = """
SELECT count(*), arg_min(trace_id, {'at': planned_ns, 'number': number}) FROM $exchanges
WHERE early_ns > $slack OR number IN (SELECT number FROM touches WHERE begin_ns - at_ns > $slack)
"""

_ENDPOINTS = """
SELECT endpoint, count(*), count(*) FILTER (ok), count(*) FILTER (touched) FROM $attempts
GROUP BY endpoint
"""


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """Exchanges in scope: all, those that failed, and those that failed and seemed well."""

    count: int
    failed: int
    silent: int


class Ended(msgspec.Struct, kw_only=True):
    """Attempts at one endpoint: all, answered, touched, and errors of its own by outcome."""

    attempts: int = 0
    answered: int = 0
    touched: int = 0
    native: dict[str, int] = {}


def told(evidence: ColumnarEvidence, scope: Scope) -> Told:
    """Count the exchanges in scope."""
    query = (
        "SELECT count(*), count(*) FILTER (NOT ok), count(*) FILTER (believed_ok AND NOT ok) "
        "FROM $exchanges WHERE $where"
    )
    ((count, failed, silent),) = evidence.ask(query, where=where(scope))
    return Told(count=count, failed=failed, silent=silent)


def counted(evidence: ColumnarEvidence, condition: str) -> int:
    """Count the exchanges that meet a condition."""
    query = "SELECT count(*) FROM $exchanges WHERE $condition"
    found: int = evidence.ask(query, condition=condition)[0][0]
    return found


def touched(evidence: ColumnarEvidence, scope: Scope) -> int:
    """Count the exchanges in scope that a fault touched."""
    return counted(evidence, f"({where(scope)}) AND hit_begin_ns IS NOT NULL")


def sent(evidence: ColumnarEvidence) -> int:
    """Count the exchanges that the generator handed to the client under test."""
    return counted(evidence, "outcome = 'no_endpoint' OR attempts > 0")


def unended(evidence: ColumnarEvidence) -> int:
    """Count the exchanges without an end."""
    return counted(evidence, "closed_ns IS NULL")


def lateness_s(evidence: ColumnarEvidence) -> tuple[float | None, float | None]:
    """Return the median and the 99th percentile of how late exchanges were sent."""
    query = f"SELECT quantile_disc({_LATE}, [0.5, 0.99]) FROM $exchanges"  # noqa: S608 - our own columns
    ((found,),) = evidence.ask(query)
    return (None, None) if found is None else (found[0], found[1])


def attested(evidence: ColumnarEvidence) -> dict[str, tuple[int, int]]:
    """Return per fault how many attempts and exchanges it touched."""
    return {fault: (attempts, exchanges) for fault, attempts, exchanges in evidence.ask(_ATTESTED)}


def spared(evidence: ColumnarEvidence, window: Window, edge_ns: int) -> tuple[int, int]:
    """Return attempts at a window's endpoints inside of it, and those that no fault touched."""
    begun = between(window.start_ns + edge_ns, window.end_ns - edge_ns, "begin_ns")
    query = (
        "SELECT count(*), count(*) FILTER (NOT touched) FROM $attempts "
        "WHERE $begun AND endpoint IN $group"
    )
    ((inside, spared_),) = evidence.ask(query, begun=begun, group=listed(window.endpoints))
    return inside, spared_


def early(evidence: ColumnarEvidence, slack_ns: int) -> tuple[int, str]:
    """Count exchanges with effects before their causes; the first one's trace id."""
    ((count, trace),) = evidence.ask(_EARLY, slack=slack_ns)
    return count, trace or ""


def endings(evidence: ColumnarEvidence) -> dict[str, Ended]:
    """Return how the attempts at each endpoint ended."""
    found = {
        name: Ended(attempts=every, answered=good, touched=hit)
        for name, every, good, hit in evidence.ask(_ENDPOINTS)
    }
    for endpoint, outcome, count in evidence.ask(
        "SELECT endpoint, outcome, count(*) FROM $attempts WHERE native GROUP BY ALL"
    ):
        found[endpoint].native[outcome] = count
    return found


def first_token_s(evidence: ColumnarEvidence, phase: str, statistic: str) -> float | None:
    """Return a statistic of time to first token in a phase; None for no exchange."""
    found = sampled("time_to_first_token", evidence, Scope(phase=phase))
    return found.statistics.get(statistic)
