"""The finding that no gate has to ask for: the gateway under test did not survive the rehearsal."""

from experiments.judging.verdict import Finding, Ruling
from telemetry.exchange import Evidence
from telemetry.record import EventFact, Record

GATEWAY_DIED = "gateway_died"
BASELINE = "baseline"


def gateway_findings(record: Record, evidence: Evidence) -> tuple[Finding, ...]:
    """Return a failure for a gateway that ended after the baseline: that is what it does then."""
    return tuple(
        _finding(event, evidence) for event in deaths(record) if not _too_early(event, evidence)
    )


def died_too_early(record: Record, evidence: Evidence) -> str | None:
    """Say of a gateway that it ended before anything was done to it; None where it did not."""
    early = [event for event in deaths(record) if _too_early(event, evidence)]
    if not early:
        return None
    code = early[0].facts.get("exit_code")
    return f"the gateway ended with {code} before the baseline was complete"


def deaths(record: Record) -> tuple[EventFact, ...]:
    """Return each end of a gateway that nobody had asked for."""
    return record.named(GATEWAY_DIED)


def _too_early(event: EventFact, evidence: Evidence) -> bool:
    baseline = evidence.phase(BASELINE)
    return baseline is None or event.at_ns < baseline.end_ns


def _finding(event: EventFact, evidence: Evidence) -> Finding:
    after_s = (event.at_ns - evidence.start_ns) / 1e9
    last = str(event.facts.get("last_lines") or "").strip().splitlines()[-1:]
    said = f"; the last that it said: {last[0]}" if last else ""
    return Finding(
        gate=GATEWAY_DIED,
        verdict=Ruling.FAIL,
        observed=None,
        limit=None,
        samples=1,
        reason=f"the gateway ended with {event.facts.get('exit_code')} after {after_s:.1f} s{said}",
    )
