"""The end of a run's log: what its gates said and what they add up to; pure."""

import math
from collections.abc import Iterator

from experiments.judging.verdict import Finding, Judgement, Ruling, Verdict
from telemetry import names
from telemetry.logs import names as log_names
from telemetry.logs.fact import LogFact, Severity
from telemetry.span_fact import Attributes, present

_OF_RULING = {
    Ruling.PASS: Severity.INFO,
    Ruling.FAIL: Severity.ERROR,
    Ruling.UNKNOWN: Severity.WARN,
}
_OF_VERDICT = {Verdict.PASS: Severity.INFO, Verdict.FAIL: Severity.ERROR}


def conclusion_of(judgement: Judgement, at_ns: int) -> Iterator[LogFact]:
    """Yield why a run cannot count, what each gate said, and the verdict."""
    for reason in judgement.invalid:
        yield LogFact(
            at_ns=at_ns,
            severity=Severity.WARN,
            event=log_names.RUN_INVALID,
            message=f"this run cannot count: {reason}",
            attributes={log_names.REASON: reason},
        )
    for finding in judgement.findings:
        yield _decided(finding, at_ns)
    yield LogFact(
        at_ns=at_ns,
        severity=_OF_VERDICT.get(judgement.verdict, Severity.WARN),
        event=log_names.RUN_JUDGED,
        message=f"{judgement.verdict.value} (exit {judgement.exit_code})",
        attributes={
            names.VERDICT: judgement.verdict.value,
            log_names.EXIT_CODE: judgement.exit_code,
        },
    )


def _decided(finding: Finding, at_ns: int) -> LogFact:
    return LogFact(
        at_ns=at_ns,
        severity=_OF_RULING[finding.verdict],
        event=log_names.GATE_DECIDED,
        message=f"{finding.verdict.value}: {finding.gate}: {finding.reason}",
        attributes=_facts(finding),
    )


def _facts(finding: Finding) -> Attributes:
    return present(
        {
            names.GATE: finding.gate,
            names.VERDICT: finding.verdict.value,
            log_names.REASON: finding.reason or None,
            log_names.OBSERVED: _finite(finding.observed),
            log_names.GATE_LIMIT: _finite(finding.limit),
        }
    )


def _finite(value: float | None) -> float | None:
    """Return a number that JSON and every backend can say; none for infinity."""
    return value if value is not None and math.isfinite(value) else None
