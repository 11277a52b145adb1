"""What a gate says of the evidence: it fails only on data it has, and passes only on enough."""

import math
from collections.abc import Iterable
from typing import NamedTuple

import msgspec

from experiments.gate import Gate, GateError, Reading, parse_gate
from experiments.judging.verdict import Finding, Ruling
from telemetry.columnar.evidence import ColumnarEvidence
from telemetry.exchange import Evidence, Window
from telemetry.figure import Contrast, Distribution, Figure, Measure, Scope
from telemetry.measure import metrics
from telemetry.windows import names_of

HUB_LAG_LIMIT_S = 0.05
GENERATOR_CPU_LIMIT = 0.9
"""Beyond these the load generator's own slowness may be what a token gap shows."""

SEVERITY = {Ruling.PASS: 0, Ruling.UNKNOWN: 1, Ruling.FAIL: 2}


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """One part of the run that a gate is claimed of; `evidence` leaves out what is not."""

    name: str
    scope: Scope
    evidence: Evidence


class Punctual(NamedTuple):
    """The evidence as if the generator had been in time: always, or in the baseline alone."""

    whole: Evidence
    baseline: Evidence


def rule_all(texts: Iterable[str], evidence: Evidence) -> tuple[Finding, ...]:
    """Return one finding per gate, in order; a gate that cannot be read is unknown."""
    punctual = _punctual(evidence)
    findings: list[Finding] = []
    for text in texts:
        try:
            gate = parse_gate(text)
        except GateError as error:
            findings.append(unknown(text, f"the gate cannot be read: {error}"))
        else:
            findings.append(rule(gate, evidence, punctual))
    return tuple(findings)


def rule(gate: Gate, evidence: Evidence, punctual: Punctual | None = None) -> Finding:
    """Return what a gate says; `punctual` is the evidence without the generator's lateness.

    What that lateness decided is unknown: a FAIL that would have been a PASS without it, and a PASS
    that would have been a FAIL, as where it made the baseline slow that a gate compares with. So is
    a gate that crashes: neither may hide behind the other gates.
    """
    try:
        finding = _worst(gate, evidence)
        if finding.verdict is Ruling.UNKNOWN:
            return finding
        whole, baseline = punctual or _punctual(evidence)
        if finding.verdict is Ruling.FAIL:
            return _unless(finding, _worst(gate, whole), Ruling.PASS)
        lower = () if gate.claim.comparison in {"<=", "<"} else (whole,)
        for seen in (baseline, *lower):
            finding = _unless(finding, _worst(gate, seen), Ruling.FAIL)
    except Exception as error:  # noqa: BLE001 - whatever it is, it must not become a verdict
        return unknown(gate.text, f"the gate crashed: {type(error).__name__}: {error}")
    return finding


def _punctual(evidence: Evidence) -> Punctual:
    return Punctual(evidence.without_lateness(), evidence.without_baseline_lateness())


def _unless(finding: Finding, punctual: Finding, otherwise: Ruling) -> Finding:
    if finding.verdict is Ruling.UNKNOWN or punctual.verdict is not otherwise:
        return finding
    reason = f"the generator was late: sent in time, {punctual.reason}; as it was, {finding.reason}"
    return msgspec.structs.replace(finding, verdict=Ruling.UNKNOWN, reason=reason)


def unknown(text: str, reason: str) -> Finding:
    """Return the finding of a gate that says nothing."""
    return Finding(
        gate=text, verdict=Ruling.UNKNOWN, observed=None, limit=None, samples=0, reason=reason
    )


def _worst(gate: Gate, evidence: Evidence) -> Finding:
    claimed = places(gate, evidence)
    if not claimed:
        of = f" of group {gate.claim.group}" if gate.claim.group else ""
        return unknown(gate.text, f"there was no fault window{of} that touched an exchange")
    found = [_finding(gate, place, alone=len(claimed) == 1) for place in claimed]
    return max(found, key=lambda finding: _badness(gate, finding))


def _badness(gate: Gate, finding: Finding) -> tuple[int, float]:
    value = 0.0 if finding.observed is None else finding.observed
    return SEVERITY[finding.verdict], value if gate.claim.upper else -value


def places(gate: Gate, evidence: Evidence) -> list[Place]:
    """Return the parts of the run that a gate is claimed of; none for windows that were not."""
    claim = gate.claim
    if claim.phase is not None:
        scope = Scope(phase=claim.phase, endpoint=claim.endpoint)
        return [Place(name=claim.phase, scope=scope, evidence=evidence)]
    if not claim.by_window:
        return [Place(name="", scope=Scope(endpoint=claim.endpoint), evidence=warm(evidence))]
    return [
        Place(name=name, scope=Scope(window=window, endpoint=claim.endpoint), evidence=evidence)
        for window, name in names_of(evidence.windows).items()
        if claim.group in {None, window.group} and not _says_nothing(window, gate)
    ]


def _says_nothing(window: Window, gate: Gate) -> bool:
    """Tell whether a window was rightly missed by all, and the gate asks what it did to them."""
    missed_by_leave = window.may_miss and window.first_hit_ns is None
    metric = metrics().get(gate.claim.metric)
    asks_of_its_end = isinstance(metric, Measure) and metric.from_end
    return missed_by_leave and not (gate.claim.group == window.group and asks_of_its_end)


def warm(evidence: Evidence) -> Evidence:
    """Return the evidence without the exchanges of the warm-up."""
    if isinstance(evidence, ColumnarEvidence):
        return evidence.without_warm_up()
    kept = tuple(e for e in evidence.exchanges if evidence.phase_of(e) != "warm_up")
    return msgspec.structs.replace(evidence, exchanges=kept)


def _finding(gate: Gate, place: Place, *, alone: bool) -> Finding:
    reading = gate.look(place.evidence, place.scope)
    ruling, why = _settle(gate, reading, place.evidence)
    figure = reading.figure
    where = "" if alone else f"{place.name}: "
    return Finding(
        gate=gate.text,
        verdict=ruling,
        observed=figure.value,
        limit=reading.limit,
        samples=reading.samples,
        reason=where + (why or figure.reason),
        unit=gate.claim.measured.unit,
        worst=figure.worst,
        inferred=figure.inferred,
    )


def _settle(gate: Gate, reading: Reading, evidence: Evidence) -> tuple[Ruling, str]:
    """Return the ruling, and why it is unknown where it is."""
    value, limit = reading.figure.value, reading.limit
    doubt = _doubt(gate, reading, evidence)
    if doubt or value is None or limit is None:
        return Ruling.UNKNOWN, doubt
    return (Ruling.PASS if gate.claim.holds(value, limit) else Ruling.FAIL), ""


def _doubt(gate: Gate, reading: Reading, evidence: Evidence) -> str:
    figure, limit = reading.figure, reading.limit
    if figure.value is None or math.isnan(figure.value):
        return figure.reason or "it could not be measured"
    if limit is None or math.isnan(limit):
        return reading.reason or "it has no limit to compare with"
    if reading.samples < gate.required_samples:
        return f"{reading.samples} samples; {gate.required_samples} are needed to decide it"
    if math.isinf(figure.value) and figure.observed_s < limit:
        return _too_short(figure, limit)
    return _unsteady(gate, evidence)


def _too_short(figure: Figure, limit: float) -> str:
    return (
        f"not seen, but it could only have been seen for {figure.observed_s:.3g} s, "
        f"less than the limit of {limit:g} s: {figure.reason}"
    )


def _unsteady(gate: Gate, evidence: Evidence) -> str:
    metric = gate.claim.measured
    base = metric.of if isinstance(metric, Contrast) else metric
    if not (isinstance(base, Distribution) and base.client_paced):
        return ""
    if evidence.hub_lag_s > HUB_LAG_LIMIT_S:
        return f"the generator itself lagged by up to {evidence.hub_lag_s:.3g} s"
    if evidence.generator_cpu_share > GENERATOR_CPU_LIMIT:
        return f"the generator was short of CPU ({evidence.generator_cpu_share:.0%} of one core)"
    return ""
