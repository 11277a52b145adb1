"""A judgement as a few lines for the terminal."""

from collections.abc import Iterator, Sequence

from experiments import terminal
from experiments.judging.verdict import Finding, Judgement, Ruling, Verdict

COLOURS = {
    Verdict.PASS: "green",
    Verdict.FAIL: "red",
    Verdict.INCONCLUSIVE: "yellow",
    Verdict.ABORTED: "yellow",
}
_ORDER = (Ruling.FAIL, Ruling.UNKNOWN, Ruling.PASS)


def print_judgement(judgement: Judgement, unwritten: Sequence[str] = ()) -> None:
    """Print the findings, worst first, why the run does not count if so, and the verdict.

    `unwritten`: what could not be put into the run folder; it goes to standard error.
    """
    if judgement.findings:
        columns = ("", "gate", "observed", "samples", "why")
        terminal.table("Findings", columns, finding_rows(judgement.findings))
    for line in remarks(judgement):
        terminal.say(line)
    style = f"bold {COLOURS[judgement.verdict]}"
    title = f"  {judgement.title}" if judgement.title else ""
    terminal.console().print(f"[{style}]{judgement.verdict}[/]", end="")
    terminal.say(f" (exit {judgement.exit_code}){title}")
    for line in unwritten:
        terminal.warn(line)


def finding_rows(findings: Sequence[Finding]) -> list[tuple[object, ...]]:
    """Return one row per finding: failures first, then what is unknown, then what holds."""
    ordered = sorted(findings, key=lambda finding: _ORDER.index(finding.verdict))
    return [
        (finding.verdict.value, finding.gate, observed(finding), finding.samples, finding.reason)
        for finding in ordered
    ]


def observed(finding: Finding) -> str:
    """Write what was observed with its unit: `0.42 s`, `never`, `unknown`."""
    if finding.observed is None:
        return "unknown"
    if finding.observed == float("inf"):
        return "never" if finding.unit == "s" else "infinite"
    return f"{finding.observed:.4g} {finding.unit}".strip()


def remarks(judgement: Judgement) -> Iterator[str]:
    """Say why the run does not count, why it ended early, and what else is worth knowing."""
    yield from (f"invalid: {reason}" for reason in judgement.invalid)
    if judgement.aborted:
        yield f"aborted: {judgement.aborted}"
    yield from (f"note: {note}" for note in judgement.notes)
