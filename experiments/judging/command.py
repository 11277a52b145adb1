"""What is found of a command that ran under the proxies, without any gate asking for it."""

import signal

from experiments.judging.verdict import Finding, Ruling
from telemetry.chains import CommandSummary, command_summary, exit_code, is_command
from telemetry.exchange import Evidence
from telemetry.record import Record
from telemetry.shares import counted

TOOK_FOR_SUCCESS = "took_for_success"


def command_findings(record: Record, evidence: Evidence) -> tuple[Finding, ...]:
    """Return whether the command took any answer for a success that was none."""
    if not is_command(record.events) or not evidence.exchanges:
        return ()
    silent = [e for e in evidence.exchanges if e.believed_ok and not e.succeeded]
    total = len(evidence.exchanges)
    return (
        Finding(
            gate=TOOK_FOR_SUCCESS,
            verdict=Ruling.FAIL if silent else Ruling.PASS,
            observed=float(len(silent)),
            limit=0.0,
            samples=total,
            reason=f"{len(silent)} of {counted(total, 'exchange')} were not whole and were "
            "taken for a success: no later attempt, and the command exited 0",
            unit="exchanges",
            worst=tuple(e.trace_id for e in silent[:5]),
        ),
    )


def summary_of(record: Record, evidence: Evidence) -> CommandSummary:
    """Return what the command did."""
    return command_summary(evidence.exchanges, exit_code(record.events))


def ended_words(exit_code: int) -> str:
    """Say how a process ended: `exited 3`, `was ended by SIGINT` (negative: by which signal)."""
    if exit_code >= 0:
        return f"exited {exit_code}"
    known = {int(number): number.name for number in signal.Signals}
    return f"was ended by {known.get(-exit_code, f'signal {-exit_code}')}"


def told(summary: CommandSummary) -> str:
    """Say what a command did, in one line."""
    waits = summary.waits_s
    waited = f", waiting {min(waits):.2f} to {max(waits):.2f} s" if waits else ""
    ended = "was ended" if summary.exit_code is None else ended_words(summary.exit_code)
    return (
        f"the command {ended}; {counted(summary.attempts, 'attempt')} for "
        f"{counted(summary.exchanges, 'exchange')}, {summary.retries} of them retries{waited}; "
        f"{summary.failed} failed, {summary.believed} of those taken for a success"
    )
