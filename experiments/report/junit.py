"""The findings as a JUnit test suite: a failed gate is a failure, what nobody knows an error.

Nothing is ever skipped: a build that treats skipped as fine must not pass on a run without data.
The shape is the one that CI servers agree on (testsuite, testcase, failure, error, system-out).
"""

import re
from xml.sax.saxutils import escape, quoteattr

from experiments.judging.verdict import ExitCode, Finding, Judgement, Ruling, Verdict
from experiments.model import Experiment
from experiments.report.words import amount, limit_words

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold, escaped or not (https://www.w3.org/TR/xml/#charsets)."""


def junit(experiment: Experiment, judgement: Judgement) -> str:
    """Return one test case per gate, and one more for a run that cannot count or did not end."""
    names = _distinct([finding.gate for finding in judgement.findings])
    pairs = zip(names, judgement.findings, strict=True)
    cases = [_finding_case(experiment.name, name, finding) for name, finding in pairs]
    cases += _run_cases(experiment.name, judgement)
    failures = sum("<failure" in case for case in cases)
    errors = sum("<error" in case for case in cases)
    name = _attribute(experiment.name)
    counted = f'tests="{len(cases)}" failures="{failures}" errors="{errors}" skipped="0"'
    return "\n".join(
        (
            '<?xml version="1.0" encoding="UTF-8"?>',
            f"<testsuites name={name} {counted}>",
            f"<testsuite name={name} {counted}>",
            *_properties(experiment, judgement),
            *cases,
            "</testsuite>",
            "</testsuites>",
            "",
        )
    )


def _properties(experiment: Experiment, judgement: Judgement) -> tuple[str, ...]:
    facts = {
        "run": judgement.run,
        "verdict": judgement.verdict.value,
        "exit_code": str(int(judgement.exit_code)),
        "seed": str(experiment.seed),
    }
    rows = (f"<property name={_attribute(k)} value={_attribute(v)}/>" for k, v in facts.items())
    return "<properties>", *rows, "</properties>"


def _distinct(names: list[str]) -> list[str]:
    """Return the names, numbered where they come again: a server shows one case per name."""
    ordinals = [names[: index + 1].count(name) for index, name in enumerate(names)]
    return [f"{n} #{i}" if i > 1 else n for n, i in zip(names, ordinals, strict=True)]


def _finding_case(suite: str, name: str, finding: Finding) -> str:
    seen = f"observed {amount(finding.observed, finding.unit)}, limit {limit_words(finding)}"
    told = f"{seen}, {finding.samples} samples. {finding.reason}".strip()
    worst = f"\nworst: {', '.join(finding.worst)}" if finding.worst else ""
    if finding.verdict is Ruling.PASS:
        body = f"<system-out>{_text(told + worst)}</system-out>"
    else:
        element = "failure" if finding.verdict is Ruling.FAIL else "error"
        body = _problem(element, finding.reason or seen, told + worst)
    return _case(suite, name, body)


def _run_cases(suite: str, judgement: Judgement) -> list[str]:
    cases: list[str] = []
    if judgement.invalid or _undecided_without_a_gate(judgement):
        reasons = "\n".join(judgement.invalid) or "nothing in this run could be judged"
        cases.append(_case(suite, "run validity", _problem("error", reasons, reasons)))
    if judgement.verdict is Verdict.ABORTED:
        words = judgement.aborted or "aborted"
        cases.append(_case(suite, "run completed", _problem("error", words, words)))
    if judgement.exit_code == ExitCode.FAULTS_NOT_REMOVED:
        words = "faults could not be removed"
        cases.append(_case(suite, "faults removed", _problem("error", words, words)))
    return cases


def _undecided_without_a_gate(judgement: Judgement) -> bool:
    """Tell whether the verdict is INCONCLUSIVE although no gate says so."""
    unknown = any(finding.verdict is Ruling.UNKNOWN for finding in judgement.findings)
    return judgement.verdict is Verdict.INCONCLUSIVE and not unknown


def _case(suite: str, name: str, body: str) -> str:
    return f"<testcase classname={_attribute(suite)} name={_attribute(name)}>{body}</testcase>"


def _problem(element: str, message: str, told: str) -> str:
    return f"<{element} message={_attribute(message)}>{_text(told)}</{element}>"


def _attribute(words: str) -> str:
    return quoteattr(_NOT_XML.sub("\ufffd", words))


def _text(words: str) -> str:
    return escape(_NOT_XML.sub("\ufffd", words))
