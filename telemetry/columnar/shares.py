"""Measures that are a share of exchanges or attempts, from columns."""

from telemetry.columnar.evidence import ColumnarEvidence, where
from telemetry.columnar.text import listed, literal
from telemetry.figure import Figure, Scope
from telemetry.outcome import Outcome
from telemetry.shares import WORST_KEPT, attempt_share
from telemetry.windows import no_window


def share(evidence: ColumnarEvidence, inside: str, bad: str, reason: str) -> Figure:
    """Return the bad ones of the exchanges inside in %."""
    count, total = _counts(evidence, "$exchanges", inside, bad)
    worst = _traces(evidence, f"({inside}) AND ({bad})")
    return attempt_share(count, total, reason, worst, "exchange")


def outcomes(evidence: ColumnarEvidence, scope: Scope) -> dict[str, int]:
    """Return how many exchanges in scope ended in each way."""
    query = "SELECT outcome, count(*) FROM $exchanges WHERE $where GROUP BY outcome"
    return dict(evidence.ask(query, where=where(scope)))


def user_errors(evidence: ColumnarEvidence, scope: Scope) -> Figure:
    """Return the exchanges that did not succeed."""
    kinds = {name: n for name, n in outcomes(evidence, scope).items() if name != Outcome.OK}
    named = {outcome.replace("_", " "): count for outcome, count in kinds.items()}
    ranked = sorted(named.items(), key=lambda kind: (-kind[1], kind[0]))
    how = ", ".join(f"{name} {count}" for name, count in ranked)
    return share(evidence, where(scope), "NOT ok", f"failed: {how}" if kinds else "failed")


def silent_failures(evidence: ColumnarEvidence, scope: Scope) -> Figure:
    """Return the exchanges taken for a success that were none."""
    reason = "were taken for a success and were not whole"
    return share(evidence, where(scope), "believed_ok AND NOT ok", reason)


def misattribution(evidence: ColumnarEvidence, scope: Scope) -> Figure:
    """Return the exchanges that another endpoint served than said."""
    known = f"({where(scope)}) AND attributed"
    reason = "were served by another endpoint than said"
    return share(evidence, known, "misattributed", reason)


def joined(evidence: ColumnarEvidence, scope: Scope) -> Figure:
    """Return the exchanges whose attempts' hops are known."""
    return _together(evidence, scope, "apart", "joined with")


def trace_continuity(evidence: ColumnarEvidence, scope: Scope) -> Figure:
    """Return the exchanges whose attempts' hops are known by their trace context."""
    return _together(evidence, scope, "untraced", "traced to")


def _together(evidence: ColumnarEvidence, scope: Scope, bad: str, how: str) -> Figure:
    inside = f"({where(scope)}) AND must_join"
    apart, total = _counts(evidence, "$exchanges", inside, bad)
    if not total:
        return attempt_share(0, 0, "", (), "exchange")
    together = total - apart
    return Figure(
        value=100 * together / total,
        samples=total,
        reason=f"{together} of {total} exchanges {how} what the proxies saw",
        worst=_traces(evidence, f"({inside}) AND {bad}"),
    )


def native_errors(evidence: ColumnarEvidence, scope: Scope) -> Figure:
    """Return the attempts that failed without a fault of ours."""
    named = f" AND endpoint = {literal(scope.endpoint)}" if scope.endpoint else ""
    at = f"at {scope.endpoint} " if scope.endpoint else ""
    reason = f"{at}failed without a fault of ours"
    return _of_attempts(evidence, f"({where(scope)}){named}", "native", reason)


def secondary_overload(evidence: ColumnarEvidence, scope: Scope) -> Figure:
    """Return the attempts at the fallback that were refused for load."""
    if scope.window is None:
        return no_window()
    inside = at_fallback(scope, where(scope))
    return _of_attempts(evidence, inside, "overloaded", "at the fallback got its own 429 or 5xx")


def at_fallback(scope: Scope, inside: str) -> str:
    """Return the condition of attempts outside the window's group, or at the named endpoint."""
    group = scope.window.endpoints if scope.window is not None else ()
    elsewhere = f" AND endpoint NOT IN {listed(group)}" if group else ""
    named = "" if scope.endpoint is None else f" AND endpoint = {literal(scope.endpoint)}"
    return f"({inside}){elsewhere}{named}"


def _of_attempts(evidence: ColumnarEvidence, inside: str, bad: str, reason: str) -> Figure:
    count, total = _counts(evidence, "$attempts", inside, bad)
    numbers = f"number IN (SELECT number FROM $attempts WHERE ({inside}) AND {bad})"  # noqa: S608 - our own columns
    worst = _traces(evidence, numbers.replace("$attempts", f"attempts{evidence.view}"))
    return attempt_share(count, total, reason, worst)


def _counts(evidence: ColumnarEvidence, relation: str, inside: str, bad: str) -> tuple[int, int]:
    query = f"SELECT count(*) FILTER ({bad}), count(*) FROM {relation} WHERE $inside"  # noqa: S608 - our own columns
    ((count, total),) = evidence.ask(query, inside=inside)
    return count, total


def _traces(evidence: ColumnarEvidence, condition: str) -> tuple[str, ...]:
    query = "SELECT DISTINCT trace_id FROM $exchanges WHERE $bad ORDER BY trace_id LIMIT $most"
    found = evidence.ask(query, bad=condition, most=WORST_KEPT)
    return tuple(trace for (trace,) in found)
