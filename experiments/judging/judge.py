"""From a run's record and its experiment to everything in `verdict.json`; pure, so repeatable.

`judgement_json` writes infinity as the string "inf", which JSON has no number for, and what could
not be measured as null; `read_judgement` reads both back.
"""

import math
from collections.abc import Iterable, Mapping

import msgspec

from experiments.judging import tallies
from experiments.judging.applicable import told_not_applicable
from experiments.judging.command import command_findings, summary_of, told
from experiments.judging.evidence import evidence_of, worst_fact
from experiments.judging.fallback import fallback_findings
from experiments.judging.gateway import gateway_findings
from experiments.judging.last_words import faults_left, planned_count
from experiments.judging.ruling import rule_all
from experiments.judging.spending import spending
from experiments.judging.spending import told as spend_told
from experiments.judging.tabulate import metric_tables
from experiments.judging.validity import reasons_against
from experiments.judging.verdict import Judgement, conclude
from experiments.model import Experiment
from telemetry.chains import is_command
from telemetry.clock import nanoseconds, seconds
from telemetry.exchange import Evidence, Window
from telemetry.figure import Scope
from telemetry.measure import figure_of, metrics
from telemetry.record import Record
from telemetry.shares import named
from telemetry.windows import names_of

EDGE_NS = nanoseconds(0.1)
"""An attempt that close to a window's start or end may have met the endpoint outside of it."""

__all__ = ["evidence_of", "judge", "judgement_json", "read_judgement"]


def judge(record: Record, experiment: Experiment, *, run: str) -> Judgement:
    """Judge a run; `run` is its folder's name. The same record gives the same judgement."""
    return judge_by(evidence_of(record, experiment), record, experiment, run=run)


def judge_by(evidence: Evidence, record: Record, experiment: Experiment, *, run: str) -> Judgement:
    """Judge a run by evidence that was made of its record already."""
    invalid = reasons_against(record, experiment, evidence)
    findings = rule_all(experiment.gates, evidence) + fallback_findings(experiment, evidence)
    findings += gateway_findings(record, evidence) + command_findings(record, evidence)
    left, aborted = faults_left(record) or 0, _aborted(record)
    verdict, code = conclude(faults_left=left, aborted=aborted, invalid=invalid, findings=findings)
    not_removed = (f"{left} faults could not be removed",) if left else ()
    return Judgement(
        verdict=verdict,
        exit_code=int(code),
        title=experiment.title,
        run=run,
        invalid=not_removed + invalid,
        aborted=aborted,
        findings=findings,
        metrics=metric_tables(evidence),
        windows=tuple(
            window_facts(w, name, evidence) for w, name in names_of(evidence.windows).items()
        ),
        attestation=attestation(experiment, evidence),
        generator=generator(record, evidence),
        spans=_spans(record, evidence),
        spend=spending(record, experiment),
        notes=tuple(notes(record, experiment, evidence)),
    )


def judgement_json(judgement: Judgement) -> bytes:
    """Return the bytes of `verdict.json`: indented, keys in order, "inf" for infinity."""
    plain = without_infinity(msgspec.to_builtins(judgement))
    return msgspec.json.format(msgspec.json.encode(plain), indent=2) + b"\n"


def read_judgement(data: bytes) -> Judgement:
    """Read `verdict.json` back; raises `msgspec.MsgspecError` on anything else."""
    plain = msgspec.json.decode(data, type=dict[str, object])
    findings = msgspec.convert(plain.get("findings", []), list[dict[str, object]])
    for finding in findings:
        for key in ("observed", "limit"):
            if finding.get(key) in {"inf", "-inf"}:
                finding[key] = float(str(finding[key]))
    return msgspec.convert({**plain, "findings": findings}, Judgement)


def attestation(experiment: Experiment, evidence: Evidence) -> dict[str, dict[str, object]]:
    """Count per fault the attempts and exchanges that it touched, and those only inferred."""
    found = {fault.id: (0, 0, 0) for fault in experiment.faults} | tallies.attested(evidence)
    return {
        fault: {"attempts": attempts, "exchanges": exchanges, "inferred": inferred}
        for fault, (attempts, exchanges, inferred) in found.items()
    }


def generator(record: Record, evidence: Evidence) -> dict[str, object]:
    """Say how well the load was what was planned, and how busy the generator itself was."""
    planned, sent = planned_count(record), tallies.sent(evidence)
    p50_s, p99_s = tallies.lateness_s(evidence)
    return {
        "planned": planned,
        "sent": sent,
        "sent_share": sent / planned if planned else None,
        "lateness_p50_s": p50_s,
        "lateness_p99_s": p99_s,
        "cpu_share_max": worst_fact(record.named("generator"), "cpu_share"),
        "hub_lag_max_s": evidence.hub_lag_s,
    }


def notes(record: Record, experiment: Experiment, evidence: Evidence) -> Iterable[str]:
    """Yield what a reader should know that decides nothing."""
    yield from experiment.incident.notes if experiment.incident else ()
    canaries = [f"{e.subject} {e.facts.get('status')}" for e in record.named("canary")]
    if canaries:
        yield f"canaries, left out of every count: {', '.join(canaries)}"
    if spend := spending(record, experiment):
        yield spend_told(spend)
    if spared := told_not_applicable(record, [fault.id for fault in experiment.faults]):
        yield spared
    if is_command(record.events):
        yield told(summary_of(record, evidence))
        return
    bystanders = sum(fault.exchange is None for fault in record.faults)
    if bystanders:
        yield f"faults touched {bystanders} requests that were not this run's"
    unended = tallies.unended(evidence)
    if unended:
        yield f"{unended} exchanges had not ended when the drain was over; they count as failed"
    if evidence.rests_on_inference:
        yield "some touches are inferred from failures, not attested; figures say which"
    yield from _spared(evidence)


def _spared(evidence: Evidence) -> Iterable[str]:
    """Tell of windows whose fault was for everybody and did not reach everybody.

    A fault may well spare some: one that acts on the tenth token spares an answer of nine.
    """
    for window, name in names_of(evidence.windows).items():
        inside, spared = tallies.spared(evidence, window, EDGE_NS)
        if spared and not window.partial:
            at = named(window.endpoints)
            yield f"window {name}: the fault spared {spared} of {inside} attempts at {at}"


def window_facts(window: Window, name: str, evidence: Evidence) -> dict[str, object]:
    """Return a window as `verdict.json` says it; seconds from the start of the evidence."""
    start_ns = evidence.start_ns
    hit_ns = window.first_hit_ns
    return {
        "name": name,
        "group": window.group,
        "faults": list(window.faults),
        "endpoints": list(window.endpoints),
        "start_s": seconds(window.start_ns - start_ns),
        "end_s": seconds(window.end_ns - start_ns),
        "first_hit_s": None if hit_ns is None else seconds(hit_ns - start_ns),
        "share": window.share,
        "selective": bool(window.partial),
        "listener": window.listener,
        "may_miss": window.may_miss,
        "touched_attempts": window.touched_attempts,
        "touched_exchanges": window.touched_exchanges,
    }


def _spans(record: Record, evidence: Evidence) -> dict[str, object]:
    rows: dict[str, object] = {
        "rows": sum(spool.rows for spool in record.spools),
        "lost": sum(spool.lost for spool in record.spools),
        "unended": [spool.name for spool in record.spools if not spool.ended],
    }
    if is_command(record.events):
        return rows  # a command's exchanges are what the proxies saw
    joined = figure_of(metrics()["joined"], evidence, Scope()).value
    return rows | {"joined_share": None if joined is None else joined / 100}


def _aborted(record: Record) -> str:
    reasons = (str(event.facts.get("aborted") or "") for event in record.named("run_end"))
    return next(filter(None, reasons), "")


def without_infinity(value: object) -> object:
    """Return plain values as JSON can say them: "inf" for infinity, None for no number."""
    if isinstance(value, float) and not math.isfinite(value):
        return None if math.isnan(value) else f"{value}"
    if isinstance(value, Mapping):
        return {key: without_infinity(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [without_infinity(each) for each in value]
    return value
