"""What one gate said, what they add up to, and the exit code: `METRICS` precedence in one place."""

from collections.abc import Sequence
from enum import IntEnum, StrEnum

import msgspec


class Ruling(StrEnum):
    """What one gate says."""

    PASS = "pass"
    FAIL = "fail"
    UNKNOWN = "unknown"


class Verdict(StrEnum):
    """What a run adds up to."""

    PASS = "PASS"
    FAIL = "FAIL"
    INCONCLUSIVE = "INCONCLUSIVE"
    ABORTED = "ABORTED"


class ExitCode(IntEnum):
    """How `run` and `judge` exit. 1 is a crash (Python's), 2 wrong usage (typer's)."""

    PASS = 0
    FAIL = 3
    INCONCLUSIVE = 4
    ABORTED = 5
    FAULTS_NOT_REMOVED = 6
    INTERRUPTED_TWICE = 130


class Inconclusive(StrEnum):
    """What an inconclusive run is to the caller: a failure, or not. The verdict stays the same."""

    FAIL = "fail"
    PASS = "pass"


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One gate's ruling with what it rests on; `observed` and `limit` in `unit`."""

    gate: str
    verdict: Ruling
    observed: float | None
    limit: float | None
    samples: int
    reason: str
    unit: str = ""
    worst: tuple[str, ...] = ()
    inferred: bool = False


class Judgement(msgspec.Struct, frozen=True, kw_only=True):
    """Everything in `verdict.json`.

    `invalid`: why the run cannot count; empty for a valid run. `metrics`: figure by metric and
    scope, e.g. `{"failover_time": {"outage": {"value": 0.4, "samples": 31, "unit": "s"}}}`.
    `attestation`: per fault, attempts and exchanges touched. `generator`: planned, sent, lateness.
    `spans`: rows and lost rows, the share of exchanges joined. `spend`: requests and money beside
    their limits, where a limit or a price was given.
    """

    verdict: Verdict
    exit_code: int
    title: str = ""
    run: str = ""
    invalid: tuple[str, ...] = ()
    aborted: str = ""
    findings: tuple[Finding, ...] = ()
    metrics: dict[str, dict[str, dict[str, object]]] = {}
    windows: tuple[dict[str, object], ...] = ()
    attestation: dict[str, dict[str, object]] = {}
    generator: dict[str, object] = {}
    spans: dict[str, object] = {}
    spend: dict[str, object] = {}
    notes: tuple[str, ...] = ()


def conclude(
    *, faults_left: int, aborted: str, invalid: Sequence[str], findings: Sequence[Finding]
) -> tuple[Verdict, ExitCode]:
    """Add up to a verdict and its exit code.

    Precedence: faults not removed (6) > aborted (5) > invalid run (4) > any gate failed (3) > any
    gate unknown (4) > pass (0). No findings are no pass.
    """
    if faults_left:
        return Verdict.ABORTED if aborted else Verdict.INCONCLUSIVE, ExitCode.FAULTS_NOT_REMOVED
    if aborted:
        return Verdict.ABORTED, ExitCode.ABORTED
    rulings = {finding.verdict for finding in findings}
    if Ruling.FAIL in rulings and not invalid:
        return Verdict.FAIL, ExitCode.FAIL
    if invalid or rulings != {Ruling.PASS}:
        return Verdict.INCONCLUSIVE, ExitCode.INCONCLUSIVE
    return Verdict.PASS, ExitCode.PASS
