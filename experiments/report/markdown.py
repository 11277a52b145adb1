"""The report as Markdown, short enough for a comment on a pull request."""

import re
from collections.abc import Iterable, Iterator

from experiments.judging.tallies import told as told_of
from experiments.judging.verdict import Finding, Judgement, Ruling, Verdict
from experiments.model import Experiment
from experiments.report import summary
from experiments.report.windows import WindowStory, stories
from experiments.report.words import amount, count, limit_words, plain, sharing
from telemetry.exchange import Evidence
from telemetry.figure import Scope

SIGNS = {Ruling.PASS: "✅ holds", Ruling.FAIL: "❌ **fails**", Ruling.UNKNOWN: "❔ unknown"}
HEADS = {
    Verdict.PASS: "✅ PASS",
    Verdict.FAIL: "❌ FAIL",
    Verdict.INCONCLUSIVE: "❔ INCONCLUSIVE",
    Verdict.ABORTED: "⏹ ABORTED",
}
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~])")


def markdown(experiment: Experiment, judgement: Judgement, evidence: Evidence) -> str:
    """Return the verdict, why, the findings and each window's times."""
    return "\n".join(_lines(experiment, judgement, evidence)).rstrip() + "\n"


def _lines(experiment: Experiment, judgement: Judgement, evidence: Evidence) -> Iterator[str]:
    yield f"## {HEADS[judgement.verdict]}: {escaped(judgement.title or experiment.title)}"
    yield ""
    yield escaped(summary.why(judgement))
    yield ""
    yield from _listed("Why this run cannot count:", judgement.invalid)
    yield from _findings(judgement.findings)
    for story in stories(experiment, judgement, evidence):
        yield from _window(story)
    yield from _listed("Notes:", judgement.notes)
    yield _last_line(experiment, judgement, evidence)


def _listed(head: str, items: Iterable[str]) -> Iterator[str]:
    lines = [f"- {escaped(item)}" for item in items]
    if lines:
        yield from (head, "", *lines, "")


def _findings(findings: Iterable[Finding]) -> Iterator[str]:
    rows = [
        (
            f"`{in_code(finding.gate)}`",
            SIGNS[finding.verdict],
            amount(finding.observed, finding.unit) + (" (inferred)" if finding.inferred else ""),
            escaped(limit_words(finding)),
            plain(finding.samples),
            escaped(finding.reason),
        )
        for finding in summary.by_ruling(findings)
    ]
    yield from _table(("Gate", "Ruling", "Observed", "Limit", "Samples", "Why"), rows)


def _window(story: WindowStory) -> Iterator[str]:
    where = escaped(", ".join(story.endpoints))
    span = amount(story.end_s - story.start_s, "s")
    what = f"{escaped(story.what)}, " if story.what else ""
    touched = count(story.touched_exchanges, "exchange")
    yield f"**Window {escaped(story.name)}** at {where}: {what}{span}, {touched} touched."
    yield ""
    rows = [
        (time.name, amount(time.value, "s"), f"from {time.origin}", escaped(time.reason))
        for time in story.times
    ]
    yield from _table(("Time", "Value", "Counts", "Reason"), rows)


def _last_line(experiment: Experiment, judgement: Judgement, evidence: Evidence) -> str:
    found = told_of(evidence, Scope())
    failed = sharing(found.failed, found.count)
    if not judgement.generator:
        return f"{failed} exchanges failed for the user."
    return (
        f"{failed} exchanges failed for the user. "
        f"Run `{in_code(judgement.run or experiment.name)}`, seed {experiment.seed}, "
        f"exit code {int(judgement.exit_code)}."
    )


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    lines = [f"| {' | '.join(cell or ' ' for cell in row)} |" for row in rows]
    if lines:
        yield f"| {' | '.join(head)} |"
        yield f"|{' --- |' * len(head)}"
        yield from (*lines, "")


def escaped(words: str) -> str:
    """Return words that Markdown shows as they are, on one line."""
    return _SPECIAL.sub(r"\\\1", " ".join(words.split()))


def in_code(words: str) -> str:
    """Return words that can stand between backticks, in a table too."""
    return " ".join(words.split()).replace("`", "'").replace("|", "\\|")
