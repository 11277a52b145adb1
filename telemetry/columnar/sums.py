"""Measures that add something up over exchanges, from columns."""

from telemetry.columnar.evidence import ColumnarEvidence, where
from telemetry.columnar.text import literal
from telemetry.exchange import Phase, Window
from telemetry.figure import Figure, Scope
from telemetry.metrics.stuck import STUCK_S
from telemetry.shares import WORST_KEPT, counted

NOTHING = "there is no exchange to measure"


def wasted_tokens(evidence: ColumnarEvidence, scope: Scope) -> Figure:
    """Return tokens generated in vain by attempts that no fault touched."""
    return _in_vain(evidence, scope, "waste")


def injected_waste(evidence: ColumnarEvidence, scope: Scope) -> Figure:
    """Return tokens generated in vain by attempts that a fault touched."""
    return _in_vain(evidence, scope, "injected_waste")


def duplicate_billing(evidence: ColumnarEvidence, scope: Scope) -> Figure:
    """Return attempts with usage beyond the first of each exchange."""
    return _in_vain(evidence, scope, "greatest(0, billed - 1)")


def _in_vain(evidence: ColumnarEvidence, scope: Scope, what: str) -> Figure:
    query = (
        f"SELECT count(*), sum({what})::BIGINT, count(*) FILTER ({what} <> 0) "  # noqa: S608 - our own columns
        "FROM $exchanges WHERE $where"
    )
    ((count, total, of),) = evidence.ask(query, where=where(scope))
    if not count:
        return Figure(value=None, samples=0, reason=NOTHING)
    return Figure(
        value=float(total),
        samples=count,
        reason=f"in {counted(of, 'exchange')}; at a real cloud a lower bound",
        worst=_most(evidence, f"({where(scope)}) AND {what} <> 0", what),
    )


def stuck(evidence: ColumnarEvidence, scope: Scope) -> Figure:
    """Return the exchanges that were silent for too long."""
    silence = "silence_ns::DOUBLE / 1e9::DOUBLE"
    query = f"SELECT count(*), count(*) FILTER ({silence} > {STUCK_S}) FROM $exchanges WHERE $where"  # noqa: S608 - our own columns
    ((count, found),) = evidence.ask(query, where=where(scope))
    if not count:
        return Figure(value=None, samples=0, reason=NOTHING)
    return Figure(
        value=float(found),
        samples=count,
        reason=f"{found} of {counted(count, 'exchange')} silent for over 10 s",
        worst=_most(evidence, f"({where(scope)}) AND {silence} > {STUCK_S}", silence),
    )


def amplification(evidence: ColumnarEvidence, scope: Scope) -> Figure:
    """Return attempts per exchange planned in scope."""
    inside = planned_in(evidence, scope)
    made = "attempts" if scope.endpoint is None else _made_at(scope.endpoint)
    query = f"SELECT count(*), sum({made})::BIGINT FROM $exchanges WHERE $inside"  # noqa: S608 - our own columns
    ((count, total),) = evidence.ask(query, inside=inside)
    if not count:
        return Figure(value=None, samples=0, reason="no exchange was planned in it")
    at = f" at {scope.endpoint}" if scope.endpoint else ""
    return Figure(
        value=total / count,
        samples=count,
        reason=f"{counted(total, 'attempt')}{at} for {counted(count, 'exchange')}",
        worst=_most(evidence, inside, made),
    )


def _made_at(endpoint: str) -> str:
    name = literal(endpoint)
    return (
        f"CASE WHEN tried IS NULL THEN coalesce(first_endpoint = {name}, false)::INT "
        f"ELSE len(list_filter(tried, lambda one: one = {name})) END"
    )


def planned_in(evidence: ColumnarEvidence, scope: Scope) -> str:
    """Return the condition of exchanges whose planned start lies in the scope."""
    span: Window | Phase | None = scope.window
    if span is None and scope.phase is not None:
        span = evidence.phase(scope.phase)
        if span is None:
            return "false"
    return "true" if span is None else between(span.start_ns, span.end_ns)


def between(start_ns: int, end_ns: int, moment: str = "planned_ns") -> str:
    """Return the condition of a moment in [start, end)."""
    return f"({moment} >= {start_ns} AND {moment} < {end_ns})"


def _most(evidence: ColumnarEvidence, condition: str, what: str) -> tuple[str, ...]:
    query = (
        "SELECT trace_id FROM $exchanges WHERE $inside "  # noqa: S608 - our own columns
        f"ORDER BY {what} DESC, trace_id LIMIT {WORST_KEPT}"
    )
    return tuple(trace for (trace,) in evidence.ask(query, inside=condition))
