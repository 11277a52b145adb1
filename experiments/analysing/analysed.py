"""From spans and what was asked of them to a judgement: the gates of a rehearsal, on any traces.

Pure. Where windows are inferred, every gate is asked three times: with the windows as inferred, and
with their edges as early and as late as they can be. One that says another thing then is unknown.
"""

from collections.abc import Sequence

import msgspec

from experiments.analysing.doubts import notes, reasons_against
from experiments.judging.fallback import fallback_findings
from experiments.judging.judge import attestation, window_facts
from experiments.judging.ruling import rule_all
from experiments.judging.tabulate import metric_tables
from experiments.judging.verdict import Finding, Judgement, Ruling, conclude
from experiments.model import Baseline, Endpoint, Experiment
from loadgen.config import Load, Route
from telemetry.exchange import Evidence, Exchange, Phase
from telemetry.foreign import own
from telemetry.foreign.evidence import evidence_of, record_of
from telemetry.foreign.exchanges import Reading, exchanges_of
from telemetry.foreign.inferring import Inferred, inferred
from telemetry.foreign.span import Spans
from telemetry.foreign.windowing import Told
from telemetry.record import Record
from telemetry.windows import names_of


class Analysed(msgspec.Struct, frozen=True, kw_only=True):
    """What came out: the judgement, and what a report is made from."""

    experiment: Experiment
    record: Record
    judgement: Judgement
    evidence: Evidence


class Traffic(msgspec.Struct, frozen=True, kw_only=True):
    """The exchanges that spans are of, with the windows and phases that they tell themselves."""

    exchanges: tuple[Exchange, ...]
    windows: tuple[Told, ...] = ()
    phases: tuple[Phase, ...] = ()


def traffic_of(found: Spans, reading: Reading) -> Traffic:
    """Return the traffic; windows and phases only of Crosswind's own runs."""
    return Traffic(
        exchanges=exchanges_of(found.spans, reading),
        windows=tuple(own.windows(found.spans)),
        phases=own.phases(found.spans),
    )


def analysed(  # noqa: PLR0913 - each by name: what was read, and what was asked of it
    found: Spans,
    traffic: Traffic,
    *,
    title: str,
    gates: Sequence[str],
    windows: Sequence[Told] = (),
    max_error_share: float = 0.01,
) -> Analysed:
    """Judge; `windows` are those that were given, else the spans' own, else they are inferred."""
    guessed = Inferred(windows=tuple(windows) or traffic.windows)
    if not guessed.windows:
        guessed = inferred(traffic.exchanges)
    phases = () if windows else traffic.phases
    evidence = evidence_of(traffic.exchanges, guessed.windows, phases)
    record = record_of(evidence, guessed.windows, found.source)
    experiment = _experiment(title, gates, evidence, max_error_share)
    invalid = reasons_against(record, experiment, evidence, found, guessed)
    findings = _sure(experiment, evidence, guessed, traffic)
    verdict, code = conclude(faults_left=0, aborted="", invalid=invalid, findings=findings)
    guesses = {window.start_ns for window in guessed.windows if window.inferred}
    names = names_of(evidence.windows)
    judgement = Judgement(
        verdict=verdict,
        exit_code=int(code),
        title=title,
        run=found.source,
        invalid=invalid,
        findings=findings,
        metrics=metric_tables(evidence),
        windows=tuple(
            window_facts(w, n, evidence) | {"inferred": w.start_ns in guesses}
            for w, n in names.items()
        ),
        attestation=attestation(experiment, evidence),
        spans=_counted(found, evidence),
        notes=tuple(notes(evidence, found, guessed)),
    )
    return Analysed(experiment=experiment, record=record, judgement=judgement, evidence=evidence)


def _sure(
    experiment: Experiment, evidence: Evidence, guessed: Inferred, traffic: Traffic
) -> tuple[Finding, ...]:
    findings = rule_all(experiment.gates, evidence)
    if any(window.inferred for window in guessed.windows):
        for edges in (Told.earliest, Told.latest):
            other = evidence_of(traffic.exchanges, [edges(w) for w in guessed.windows])
            others = rule_all(experiment.gates, other)
            pairs = zip(findings, others, strict=True)
            findings = tuple(_agreed(*pair) for pair in pairs)
    return findings + fallback_findings(experiment, evidence)


def _agreed(finding: Finding, other: Finding) -> Finding:
    decided = {Ruling.PASS, Ruling.FAIL}
    if finding.verdict is other.verdict or not {finding.verdict, other.verdict} <= decided:
        return finding
    reason = f"the inferred window is not known well enough: {finding.reason}; else, {other.reason}"
    return msgspec.structs.replace(finding, verdict=Ruling.UNKNOWN, reason=reason)


def _experiment(
    title: str, gates: Sequence[str], evidence: Evidence, max_error_share: float
) -> Experiment:
    return Experiment(
        name="analysis",
        title=title,
        endpoints=tuple(Endpoint(name=name, dialect={}) for name in evidence.endpoints),
        route=Route(order=evidence.endpoints),
        load=Load(arrivals={}),
        gates=tuple(gates),
        baseline=Baseline(max_error_share=max_error_share),
    )


def _counted(found: Spans, evidence: Evidence) -> dict[str, object]:
    return {
        "spans": len(found.spans),
        "unfit_spans": sum(found.unfit.values()),
        "exchanges": len(evidence.exchanges),
        "attempts": sum(len(exchange.attempts) for exchange in evidence.exchanges),
        "cut_off": list(found.cuts),
    }
