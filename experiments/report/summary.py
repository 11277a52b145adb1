"""The verdict in a sentence, and the few figures that a reader wants first; pure."""

import math
from collections.abc import Iterable, Mapping

import msgspec

from experiments.judging.tallies import first_token_s
from experiments.judging.tallies import told as told_of
from experiments.judging.verdict import ExitCode, Finding, Judgement, Ruling, Verdict
from experiments.model import Experiment
from experiments.report.windows import WindowStory, number
from experiments.report.words import OPERATOR, amount, count, limit_words, plain, sharing
from telemetry.exchange import Evidence
from telemetry.figure import Scope

RULING_WORDS = {Ruling.PASS: "holds", Ruling.FAIL: "fails", Ruling.UNKNOWN: "unknown"}


class Tile(msgspec.Struct, frozen=True):
    """One headline figure with what it is and a line of context."""

    name: str
    figure: str
    context: str


def why(judgement: Judgement) -> str:
    """Say in one sentence why the verdict is what it is."""
    if judgement.exit_code == ExitCode.FAULTS_NOT_REMOVED:
        return sentence(f"Faults could not be removed: {', '.join(judgement.invalid[:1])}")
    if judgement.verdict is Verdict.ABORTED:
        return sentence(f"The run was aborted: {judgement.aborted or 'no reason was recorded'}")
    if judgement.invalid:
        more = len(judgement.invalid) - 1
        rest = f" (and {count(more, 'more reason')})" if more else ""
        return sentence(f"The run cannot count: {judgement.invalid[0]}{rest}")
    return _why_gates(judgement)


def _why_gates(judgement: Judgement) -> str:
    total = len(judgement.findings)
    failed = ruled(judgement, Ruling.FAIL)
    unknown = ruled(judgement, Ruling.UNKNOWN)
    if failed:
        verb = "fails" if len(failed) == 1 else "fail"
        return sentence(f"{len(failed)} of {count(total, 'finding')} {verb}. {told(failed[0])}")
    if unknown:
        many = f"{len(unknown)} of {count(total, 'finding')}"
        return sentence(f"{many} could not be decided. {told(unknown[0])}")
    if judgement.verdict is not Verdict.PASS:
        return sentence(f"No gate failed, but the run ended with exit code {judgement.exit_code}")
    if not total:
        return "The run is valid, and the experiment has no gate that could fail."
    return "The gate holds." if total == 1 else f"All {total} gates hold."


def told(finding: Finding) -> str:
    """Say what a gate saw: `failover_time: never (limit ≤ 5 s), azure was still asked`."""
    metric = OPERATOR.split(finding.gate)[0].strip()
    seen = f"{metric}: {amount(finding.observed, finding.unit)} (limit {limit_words(finding)})"
    return f"{seen}, {finding.reason}" if finding.reason else seen


def sentence(words: str) -> str:
    """End words with one full stop."""
    return words.rstrip(" .") + "."


def ruled(judgement: Judgement, ruling: Ruling) -> tuple[Finding, ...]:
    """Return the findings with a ruling, in the file's order."""
    return tuple(finding for finding in judgement.findings if finding.verdict is ruling)


def expected(experiment: Experiment, judgement: Judgement) -> str:
    """Say what the experiment was known to end in, and whether it did; empty without a word.

    One that fails for other reasons than the known ones has not ended in what it was known for.
    """
    expect = experiment.expect
    if expect is None:
        return ""
    failing = f" ({', '.join(expect.failing)})" if expect.failing else ""
    said = f"{expect.verdict}{failing} was expected"
    if expect.verdict != judgement.verdict.value:
        return f"{said}, not {judgement.verdict.value}"
    fails = {finding.gate for finding in ruled(judgement, Ruling.FAIL)}
    missed = [gate for gate in expect.failing if gate not in fails]
    return f"{said}, but what fails is not {', '.join(missed)}" if missed else said


def tiles(
    evidence: Evidence, stories: tuple[WindowStory, ...], spend: Mapping[str, object]
) -> tuple[Tile, ...]:
    """Return the headline figures: failures for the user, latency, a window's times, money.

    Of several windows the longest, and of those the first. `spend` is the verdict's.
    """
    shown = [_failures(evidence), _latency(evidence)]
    if stories:
        longest = max(stories, key=lambda story: round(story.end_s - story.start_s, 1))
        shown += [_time(longest, "failover_time"), _time(longest, "failback_time")]
        shown.append(_touched(longest))
    shown.append(_spent(spend))
    return tuple(tile for tile in shown if tile is not None)


def _spent(spend: Mapping[str, object]) -> Tile | None:
    spent, limit = number(spend.get("spent")), number(spend.get("max_spend"))
    if spent is None:
        return None
    at_most = "no limit" if limit is None else f"limit {plain(limit)}"
    return Tile("Spent", plain(spent), f"{at_most}; {spend.get('requests')} requests")


def by_ruling(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return failures first, then what nobody knows, then what holds."""
    order = (Ruling.FAIL, Ruling.UNKNOWN, Ruling.PASS)
    return tuple(sorted(findings, key=lambda finding: order.index(finding.verdict)))


def _failures(evidence: Evidence) -> Tile:
    found = told_of(evidence, Scope())
    silently = f"; {found.silent} silently" if found.silent else ""
    context = sharing(found.failed, found.count) + silently
    return Tile("Failed for users", plain(found.failed), context)


def _latency(evidence: Evidence) -> Tile | None:
    before, during = (p95_first_token(evidence, phase) for phase in ("baseline", "fault"))
    if before is None and during is None:
        return None
    if during is None:
        return Tile("First token p95", amount(before, "s"), "in the baseline; no fault phase")
    name = "First token p95, fault"
    context = "no baseline" if before is None else f"{amount(before, 's')} in the baseline"
    if math.isinf(during):
        return Tile(name, "failed", f"more than 5 % had none; {context}")
    return Tile(name, amount(during, "s"), context)


def p95_first_token(evidence: Evidence, phase: str) -> float | None:
    """Return the 95th percentile of time to first token in a phase; failures count as `inf`."""
    if "time_to_first_token" in evidence.unknown:
        return None
    return first_token_s(evidence, phase, "p95")


def _time(story: WindowStory, metric: str) -> Tile | None:
    time = story.time(metric)
    if time is None:
        return None
    context = time.reason if time.value is None else f"from {time.origin}"
    if time.limit is not None:
        context = f"limit {amount(time.limit, 's')}"
    return Tile(time.name, amount(time.value, "s"), context)


def _touched(story: WindowStory) -> Tile:
    context = f"{count(story.touched_attempts, 'attempt')} touched in window {story.name}"
    return Tile("Exchanges touched", plain(story.touched_exchanges), context)
