"""What a run says to GitHub Actions: annotations on the log, and the report as the step's summary.

Workflow commands are lines `::error title=...::message`; in a message `%`, CR and LF are written
`%25`, `%0D`, `%0A`, in a property also `:` and `,`, as `%3A` and `%2C`
(docs.github.com, "Workflow commands for GitHub Actions"; github.com/actions/toolkit, core/command).
"""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from experiments import terminal
from experiments.judging.verdict import Finding, Judgement, Ruling
from experiments.report.words import amount
from telemetry.run_folder import RunFolder

ACTIONS = "GITHUB_ACTIONS"
STEP_SUMMARY = "GITHUB_STEP_SUMMARY"
_LEVELS = {Ruling.FAIL: "error", Ruling.UNKNOWN: "warning"}


def tell(judgement: Judgement, folder: Path) -> None:
    """Tell GitHub Actions of a finished run, where that is what started it."""
    for line in annotations(judgement, os.environ):
        terminal.say(line)
    missing = append_summary(RunFolder(folder).report_md, os.environ)
    if missing:
        terminal.warn(missing)


def annotations(judgement: Judgement, environment: Mapping[str, str]) -> Iterator[str]:
    """Yield a line per failed or unknown gate and per reason against the run; none elsewhere."""
    if environment.get(ACTIONS) != "true":
        return
    where = f"Crosswind: {judgement.title}" if judgement.title else "Crosswind"
    for finding in judgement.findings:
        if finding.verdict in _LEVELS:
            yield command(_LEVELS[finding.verdict], f"{where}: {finding.gate}", _told(finding))
    for reason in judgement.invalid:
        yield command("warning", f"{where}: this run cannot count", reason)
    if judgement.aborted:
        yield command("error", f"{where}: aborted", judgement.aborted)


def command(level: str, title: str, message: str) -> str:
    """Write a workflow command with what would end it escaped."""
    return f"::{level} title={_property(title)}::{_data(message)}"


def append_summary(report: Path, environment: Mapping[str, str]) -> str:
    """Append a report to the step's summary, if there is one; returns what went wrong, if so."""
    summary = environment.get(STEP_SUMMARY)
    if not summary:
        return ""
    try:
        text = report.read_text(encoding="utf-8")
        with Path(summary).open("a", encoding="utf-8") as file:
            file.write(f"{text}\n")
    except OSError as error:
        return f"the step's summary lacks this run: {error.filename}: {error.strerror}"
    return ""


def _told(finding: Finding) -> str:
    observed = f"observed {amount(finding.observed, finding.unit)}, {finding.samples} samples"
    return f"{finding.verdict.value}: {observed}" + (
        f"; {finding.reason}" if finding.reason else ""
    )


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
