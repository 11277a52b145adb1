"""The rows of the page's tables, already in words; pure."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence

import msgspec
from markupsafe import Markup

from experiments.judging.tallies import Ended, endings, first_token_s
from experiments.judging.tallies import told as told_of
from experiments.judging.verdict import Finding, Judgement
from experiments.model import Experiment, Fault
from experiments.report.charts.bullet import bullet
from experiments.report.charts.window import describe
from experiments.report.summary import RULING_WORDS, by_ruling
from experiments.report.windows import WindowStory, injection_words, number
from experiments.report.words import amount, count, label, limit_words, moment, plain
from telemetry.chains import is_command
from telemetry.clock import seconds
from telemetry.exchange import Evidence, Exchange
from telemetry.figure import Scope
from telemetry.measure import metrics
from telemetry.record import Record

Row = tuple[str, ...]


class FindingRow(msgspec.Struct, frozen=True):
    """One gate as a row; of its worst exchanges `shown` have a waterfall, `others` have none."""

    gate: str
    ruling: str
    ruling_words: str
    observed: str
    limit: str
    samples: str
    reason: str
    inferred: bool
    bullet: Markup
    shown: tuple[str, ...]
    others: tuple[str, ...]


def finding_rows(findings: Iterable[Finding], shown: set[str]) -> tuple[FindingRow, ...]:
    """Return the findings; `shown` are the trace ids with a waterfall on the page."""
    return tuple(
        FindingRow(
            finding.gate,
            finding.verdict.value,
            RULING_WORDS[finding.verdict],
            amount(finding.observed, finding.unit),
            limit_words(finding),
            plain(finding.samples),
            finding.reason,
            finding.inferred,
            bullet(finding),
            tuple(trace for trace in finding.worst if trace in shown),
            tuple(trace for trace in finding.worst if trace not in shown),
        )
        for finding in by_ruling(findings)
    )


def window_rows(story: WindowStory) -> tuple[Row, ...]:
    """Return a window's times: name, value, limit, what it means."""
    return tuple(
        (
            time.name,
            amount(time.value, "s"),
            "" if time.limit is None else f"{amount(time.limit, 's')}",
            describe(time),
        )
        for time in story.times
    )


def phase_rows(evidence: Evidence) -> tuple[Row, ...]:
    """Return the phases: name, from, to, exchanges, failed, p50 and p95 to the first token."""
    rows: list[Row] = []
    for phase in evidence.phases:
        found = told_of(evidence, Scope(phase=phase.name))
        start_s, end_s = (seconds(at - evidence.start_ns) for at in (phase.start_ns, phase.end_ns))
        rows.append(
            (
                label(phase.name),
                f"{moment(start_s)} to {moment(end_s)}",
                plain(found.count),
                plain(found.failed),
                *(
                    _first_token(evidence, phase.name, name, any_good=found.count > found.failed)
                    for name in ("p50", "p95")
                ),
            )
        )
    return tuple(rows)


def endpoint_rows(evidence: Evidence, names: Sequence[str]) -> tuple[Row, ...]:
    """Return the endpoints: attempts, touched, served, native errors by outcome."""
    found = endings(evidence)
    rows: list[Row] = []
    for name in names:
        here = found.get(name, Ended())
        ranked = sorted(here.native.items(), key=lambda kind: (-kind[1], kind[0]))
        told = ", ".join(f"{plain(many)} {what.replace('_', ' ')}" for what, many in ranked)
        counts = (plain(here.attempts), plain(here.answered), plain(here.touched))
        rows.append((name, *counts, told or "none"))
    return tuple(rows)


def attestation_rows(
    experiment: Experiment, record: Record, judgement: Judgement
) -> tuple[Row, ...]:
    """Return the faults: id, what it injects, where, share, attempts and exchanges, actions."""
    known = {fault.id: fault for fault in experiment.faults}
    names = dict.fromkeys([*known, *judgement.attestation, *(f.fault for f in record.faults)])
    rows: list[Row] = []
    for name in names:
        fault = known.get(name)
        told = judgement.attestation.get(name, {})
        mine = [fact for fact in record.faults if fact.fault == name]
        actions = Counter(fact.action for fact in mine)
        strangers = sum(fact.exchange is None for fact in mine)
        words = [f"{plain(many)} {action}" for action, many in actions.most_common()]
        guessed = number(told.get("inferred"))
        words += [f"{plain(guessed)} only inferred"] if guessed else []
        if strangers and not is_command(record.events):
            words.append(f"{plain(strangers)} of them not this run's")
        rows.append(
            (
                name,
                injection_words(fault.inject) if fault else "",
                ", ".join(fault.at) if fault else "",
                _meant(fault) if fault else "",
                _figure(told.get("attempts")),
                _figure(told.get("exchanges")),
                ", ".join(words) or "none",
            )
        )
    return tuple(rows)


def _meant(fault: Fault) -> str:
    share = amount(fault.share * 100, "%")
    return f"{share} of what it means" if fault.selective else share


FACT_NAMES = {
    "sent_share": "Sent of planned",
    "joined_share": "Exchanges joined",
    "lateness_p50_s": "Lateness p50",
    "lateness_p99_s": "Lateness p99",
    "cpu_share_max": "Busiest second, of one core",
    "hub_lag_max_s": "Longest hub lag",
    "unended": "Spools without an end",
}


def fact_rows(facts: dict[str, object]) -> tuple[Row, ...]:
    """Return a mapping of the verdict as rows; a key's last word says the unit."""
    return tuple(
        (FACT_NAMES.get(key, label(key)), _told(key, value)) for key, value in facts.items()
    )


def spool_rows(record: Record) -> tuple[Row, ...]:
    """Return the spools: name, rows, lost, how it ended."""
    return tuple(
        (
            spool.name,
            plain(spool.rows),
            plain(spool.lost),
            "in order" if spool.ended else "not ended",
        )
        for spool in record.spools
    )


class MetricGroup(msgspec.Struct, frozen=True):
    """One metric, what it means, and its figures: scope, value, percentiles, samples, reason."""

    name: str
    doc: str
    rows: tuple[Row, ...]


def metric_groups(judgement: Judgement) -> tuple[MetricGroup, ...]:
    """Return every figure of the verdict, by metric."""
    return tuple(
        MetricGroup(name, _doc(name), tuple(_metric_row(*item) for item in scopes.items()))
        for name, scopes in judgement.metrics.items()
        if scopes
    )


def _metric_row(scope: str, figure: dict[str, object]) -> Row:
    unit = str(figure.get("unit") or "")
    value = amount(number(figure.get("value")), unit)
    statistic = figure.get("statistic")
    spread = [
        f"{stat} {amount(number(figure[stat]), unit)}"
        for stat in ("p50", "p95", "p99")
        if stat in figure
    ]
    return (
        scope,
        f"{statistic} {value}" if statistic else value,
        ", ".join(spread),
        _figure(figure.get("samples")),
        str(figure.get("reason") or ""),
    )


def _doc(name: str) -> str:
    metric = metrics().get(name)
    return "" if metric is None else " ".join(metric.doc.strip().split("\n\n")[0].split())


def exchange_words(exchange: Exchange, evidence: Evidence, *, by_command: bool = False) -> str:
    """Say what an exchange was: when it was planned, by which client, what the user got.

    Behind a gateway the client asked that, and the attempts are the gateway's. What a command did
    nobody planned.
    """
    at_s = seconds(exchange.planned_ns - evidence.start_ns)
    late_s = seconds(exchange.dispatched_ns - exchange.planned_ns)
    asked, behind = ("", "") if exchange.front is None else (" asked the gateway", " behind it")
    planned = [
        f"planned {moment(at_s)} into the run",
        f"sent {amount(late_s, 's')} later",
        f"client {exchange.replica}{asked}",
    ]
    parts = [f"begun {moment(at_s)} into the run"] if by_command else planned
    parts.append(count(len(exchange.attempts), "attempt") + behind)
    if exchange.succeeded and math.isfinite(exchange.time_to_first_token_s):
        parts.append(f"first token after {amount(exchange.time_to_first_token_s, 's')}")
    elif exchange.believed_ok:
        parts.append("the client took it for a success")
    return ", ".join(parts)


def _first_token(evidence: Evidence, phase: str, statistic: str, *, any_good: bool) -> str:
    value, least = (first_token_s(evidence, phase, name) for name in (statistic, "min"))
    if value is None or least is None:
        return "no exchange"
    return amount(None if math.isinf(least) and any_good else value, "s")


def _figure(value: object) -> str:
    found = number(value)
    return "unknown" if found is None else amount(found)


def _told(key: str, value: object) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value)) or "none"
    found = number(value) if not isinstance(value, str) else None
    if found is None:
        return "unknown" if value is None else str(value)
    if key.endswith("_s"):
        return amount(found, "s")
    return amount(found, "share" if "share" in key else "")
