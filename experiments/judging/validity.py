"""Why a run cannot count: each reason of METRICS.md's "Invalid run" its own small function.

A reason is one sentence for the person who ran it, or None. A run with any is INCONCLUSIVE: what
was measured may be true, but not of what the experiment set out to measure.
"""

from collections.abc import Iterable

from experiments.judging import tallies
from experiments.judging.applicable import told_not_applicable
from experiments.judging.baseline import (
    baseline_native_errors,
    baseline_too_small,
    baseline_touched,
    baseline_user_errors,
)
from experiments.judging.case import Case, Reason
from experiments.judging.contradictions import contradictions
from experiments.judging.evidence import fault_groups, groups_that_may_miss
from experiments.judging.gateway import died_too_early
from experiments.judging.last_words import faults_left, planned_count
from experiments.model import Experiment
from telemetry.chains import COMMAND_START, is_command
from telemetry.clock import nanoseconds
from telemetry.exchange import Evidence, Hop
from telemetry.figure import Scope
from telemetry.identity import GATEWAY
from telemetry.measure import figure_of, metrics
from telemetry.record import Record

LEAST_SENT_SHARE = 0.99
LEAST_JOINED_PERCENT = 99.0
SCHEDULE_SLACK_NS = nanoseconds(1.0)
NEEDED_ROLES = ("conductor", "injector", "worker")
BEGINNINGS = ("plan", COMMAND_START)
"""What is put on record when the load, or the command, begins."""


def reasons_against(record: Record, experiment: Experiment, evidence: Evidence) -> tuple[str, ...]:
    """Return every reason why the run cannot count; empty for a valid run."""
    case = Case(record, experiment, evidence)
    if text := never_began(case):
        return (text,)
    reasons = OF_A_COMMAND if is_command(record.events) else REASONS
    return tuple(text for reason in reasons if (text := reason(case)))


def never_began(case: Case) -> str | None:
    """Refuse a run that did not get as far as its first question: nothing else is to be told.

    Whatever the record of such a run lacks, it lacks for this reason.
    """
    if any(case.record.named(name) for name in BEGINNINGS):
        return None
    lost = [event for event in case.record.named("lost") if event.subject == "preparation"]
    return f"it never began: {lost[0].facts.get('reason', '')}" if lost else None


def no_claims(case: Case) -> str | None:
    """Refuse a run of which nothing was claimed: nothing can hold."""
    return None if case.experiment.gates else "the experiment has no gates: nothing was claimed"


def no_end_record(case: Case) -> str | None:
    """Refuse a run whose conductor died or was killed."""
    if case.record.named("run_end"):
        return None
    return "the run has no end record: it was cut off, or whoever conducted it died"


def faults_unaccounted(case: Case) -> str | None:
    """Refuse an end record that does not say if the faults are gone."""
    if case.record.named("run_end") and faults_left(case.record) is None:
        return "the end record does not say whether all faults were removed"
    return None


def process_lost(case: Case) -> str | None:
    """Refuse a run in which a proxy, stand-in or worker of ours ended before its time."""
    lost = [f"{e.subject}: {e.facts.get('reason', '')}" for e in case.record.named("lost")]
    return f"a process of the run was lost: {'; '.join(lost)}" if lost else None


def gateway_died_too_early(case: Case) -> str | None:
    """Refuse a gateway that did not stand up to the load alone."""
    return died_too_early(case.record, case.evidence)


def kill_switch_used(case: Case) -> str | None:
    """Refuse a run in which somebody removed the faults before their time."""
    if case.record.named("killed") or case.record.named("frozen"):
        return "the kill switch was used: the faults ended before their time"
    if case.record.named("injected"):
        return "a fault was made by hand while it ran"
    return None


def limit_refused(case: Case) -> str | None:
    """Refuse a run in which attempts were refused by us, not by anybody it is about."""
    limits = [event.subject for event in case.record.named("limit_reached")]
    return f"attempts were refused locally: {', '.join(limits)} was reached" if limits else None


def canary_missing(case: Case) -> str | None:
    """Refuse a run whose endpoints had not all answered, through their proxies, before it."""
    seen = {(hop.endpoint, trace) for hop, trace in _others(case.record)}
    well = {
        event.subject
        for event in case.record.named("canary")
        if event.facts.get("ok") is True and (event.subject, event.facts.get("trace_id")) in seen
    }
    missing = [e.name for e in case.experiment.endpoints if e.name not in well]
    if case.experiment.gateway is not None and not _passed_the_gateway(case.record):
        missing.append(GATEWAY)
    if not missing:
        return None
    return f"preflight: no canary of {', '.join(missing)} was answered and seen by its proxy"


def spool_missing(case: Case) -> str | None:
    """Refuse a run of which a part has left no record."""
    roles = {spool.role for spool in case.record.spools}
    needed = NEEDED_ROLES[:2] if is_command(case.record.events) else NEEDED_ROLES
    missing = [role for role in needed if role not in roles]
    return f"there are no rows of the {', '.join(missing)}" if missing else None


def rows_lost(case: Case) -> str | None:
    """Refuse a gap in a spool's numbers: rows that nobody can know."""
    holes = [f"{spool.name} {spool.lost}" for spool in case.record.spools if spool.lost]
    return f"rows were lost: {', '.join(holes)}" if holes else None


def spool_without_end(case: Case) -> str | None:
    """Refuse a spool without its end row: it may have lost any number of rows."""
    cut = [spool.name for spool in case.record.spools if not spool.ended]
    return f"the record of {', '.join(cut)} has no end" if cut else None


def contradicts_itself(case: Case) -> str | None:
    """Refuse a record that cannot be true."""
    return "; ".join(contradictions(case.record, case.evidence)) or None


def fault_never_on(case: Case) -> str | None:
    """Refuse a fault that was never switched on, or whose end is not on record."""
    begun, ended = (
        {event.subject for event in case.record.named(name)}
        for name in ("window_start", "window_end")
    )
    faults = [fault.id for fault in case.experiment.faults]
    never = [fault for fault in faults if fault not in begun]
    unended = [fault for fault in faults if fault in begun - ended]
    if never:
        return f"there is no record that {', '.join(never)} was ever switched on"
    return f"there is no record that {', '.join(unended)} ended" if unended else None


def window_cut_short(case: Case) -> str | None:
    """Refuse a fault that was on for less than its schedule: what was calm may have been spared."""
    found: list[str] = []
    for name, planned_key, sign in (
        ("window_start", "planned_start_ns", 1),
        ("window_end", "planned_end_ns", -1),
    ):
        for event in case.record.named(name):
            planned_ns = event.facts.get(planned_key)
            late_ns = sign * (event.at_ns - planned_ns) if isinstance(planned_ns, int) else 0
            if late_ns > SCHEDULE_SLACK_NS:
                found.append(f"{event.subject} {abs(late_ns) / 1e9:.3g} s at its {name[7:]}")
    missing = ", ".join(found)
    return f"a fault was on for less than was planned: {missing} missing" if missing else None


def not_all_sent(case: Case) -> str | None:
    """Refuse a load that was measured but is not the load that was planned."""
    planned, sent = planned_count(case.record), tallies.sent(case.evidence)
    if planned is None:
        return "there is no record of how many exchanges were planned"
    if not planned:
        return "no exchange was planned"
    if sent >= LEAST_SENT_SHARE * planned:
        return None
    return f"only {sent} of {planned} planned exchanges were sent; 99 % are needed"


def not_joined(case: Case) -> str | None:
    """Refuse a run in which client and proxy did not see the same exchanges."""
    figure = figure_of(metrics()["joined"], case.evidence, Scope())
    if figure.value is None:
        return "no exchange could be joined with what the proxies saw"
    if figure.value >= LEAST_JOINED_PERCENT:
        return None
    why = (
        "; the gateway keeps neither trace context nor the mark, or had answers from elsewhere"
        if case.experiment.gateway
        else ""
    )
    return f"only {figure.reason}; 99 % are needed{why}"


def hidden_requests(case: Case) -> str | None:
    """Refuse requests that nobody can place, where nobody but our own gateway can have sent them.

    An attempt that joins no exchange is missing from every count: it would look like none.
    """
    gateway = case.experiment.gateway
    if gateway is None or not gateway.command:
        return None
    load = [phase for phase in case.evidence.phases if phase.end_ns > phase.start_ns]
    since_ns = min((phase.start_ns for phase in load), default=0)
    strays = [hop for hop in case.record.other_hops if hop.body_hash and not hop.joined_by]
    strays = [hop for hop in strays if hop.begin_ns >= since_ns]
    known = sum(len(exchange.attempts) for exchange in case.evidence.exchanges)
    if len(strays) <= (1 - LEAST_SENT_SHARE) * (known + len(strays)):
        return None
    return f"{len(strays)} questions reached the proxies and belong to no exchange"


def nothing_injected(case: Case) -> str | None:
    """Refuse a run without a fault that could touch anybody: whatever holds proves nothing."""
    if not case.experiment.faults:
        return "the experiment has no faults: nothing was rehearsed"
    if all(fault.share <= 0 for fault in case.experiment.faults):
        return "every fault has share 0: nothing was rehearsed"
    return None


def nobody_asked(case: Case) -> str | None:
    """Refuse a command that asked none of the endpoints: nothing was seen of it."""
    return None if case.evidence.exchanges else "the command asked none of the endpoints"


def nobody_touched(case: Case) -> str | None:
    """Refuse a fault group that changed no client's exchange on record, unless it may."""
    touched = {w.group for w in case.evidence.windows if w.touched_exchanges}
    allowed = groups_that_may_miss(case.experiment)
    missed = [g for g in fault_groups(case.experiment) if g not in touched and g not in allowed]
    if not missed:
        return None
    members = [fault.id for g in missed for fault in fault_groups(case.experiment)[g]]
    why = told_not_applicable(case.record, members) or "the fault reached nobody"
    return f"no exchange was touched by {', '.join(missed)}: {why}"


def _passed_the_gateway(record: Record) -> bool:
    """Tell whether the gateway's canary was answered, and seen by a proxy behind it."""
    seen = {trace for _, trace in _others(record)}
    canaries = [event for event in record.named("canary") if event.subject == GATEWAY]
    return any(c.facts.get("ok") is True and c.facts.get("trace_id") in seen for c in canaries)


def _others(record: Record) -> Iterable[tuple[Hop, str]]:
    return zip(record.other_hops, record.other_traces, strict=False)


REASONS: tuple[Reason, ...] = (
    no_end_record,
    faults_unaccounted,
    process_lost,
    gateway_died_too_early,
    kill_switch_used,
    limit_refused,
    canary_missing,
    spool_missing,
    rows_lost,
    spool_without_end,
    no_claims,
    nothing_injected,
    nobody_touched,
    fault_never_on,
    window_cut_short,
    not_all_sent,
    not_joined,
    hidden_requests,
    contradicts_itself,
    baseline_too_small,
    baseline_touched,
    baseline_user_errors,
    baseline_native_errors,
)

OF_A_COMMAND: tuple[Reason, ...] = (
    no_end_record,
    faults_unaccounted,
    process_lost,
    kill_switch_used,
    limit_refused,
    canary_missing,
    spool_missing,
    rows_lost,
    spool_without_end,
    nobody_asked,
    nothing_injected,
    nobody_touched,
    fault_never_on,
    contradicts_itself,
)
"""What holds of a command of somebody's own: nobody planned its load, and it has no baseline."""
