import math

import msgspec
from markdown_it import MarkdownIt

from experiments.judging.verdict import Ruling, Verdict
from experiments.report.markdown import escaped, in_code, markdown
from tests.experiments.report.synthetic import Scene, run

LOST = run(Scene(breaker=False, vertex_fails=0.12))


def test_the_comment_names_the_verdict_every_gate_and_the_window_s_times() -> None:
    text = markdown(LOST.experiment, LOST.judgement, LOST.evidence)
    assert text.startswith("## ❌ FAIL: Azure OpenAI goes down")
    assert all(f"`{finding.gate}`" in text for finding in LOST.judgement.findings)
    assert "| Failover | never |" in text


def test_it_is_short_enough_for_a_comment() -> None:
    assert len(markdown(LOST.experiment, LOST.judgement, LOST.evidence)) < 6000


def test_words_from_outside_stay_words() -> None:
    evil = "a | b <script> *x* `y`\nz"
    finding = msgspec.structs.replace(LOST.judgement.findings[0], gate=evil, reason=evil)
    judgement = msgspec.structs.replace(LOST.judgement, findings=(finding,), title=evil)
    text = markdown(LOST.experiment, judgement, LOST.evidence)
    rows = [line for line in text.splitlines() if line.startswith("| `a")]
    assert len(rows) == 1
    html = MarkdownIt().enable("table").render(text)
    assert "<script>" not in html
    assert "<em>x</em>" not in html


def test_escaping_keeps_a_line_a_line() -> None:
    assert escaped("a\nb|c") == "a b\\|c"
    assert in_code("a`b|c\n") == "a'b\\|c"


def test_reasons_come_before_findings_when_the_run_cannot_count() -> None:
    judgement = msgspec.structs.replace(
        LOST.judgement, verdict=Verdict.INCONCLUSIVE, invalid=("no end record",)
    )
    text = markdown(LOST.experiment, judgement, LOST.evidence)
    assert text.index("- no end record") < text.index("| Gate |")


def test_infinite_and_unknown_are_words() -> None:
    findings = tuple(
        msgspec.structs.replace(LOST.judgement.findings[0], observed=value, verdict=Ruling.UNKNOWN)
        for value in (math.inf, None)
    )
    judgement = msgspec.structs.replace(LOST.judgement, findings=findings)
    text = markdown(LOST.experiment, judgement, LOST.evidence)
    assert "| never |" in text
    assert "| unknown |" in text
