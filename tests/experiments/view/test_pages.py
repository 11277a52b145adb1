import re

from msgspec.structs import replace

from experiments.view.opened import Opened
from experiments.view.pages import STATIC, page, stretches, style


def test_the_page_tells_the_verdict_its_reasons_and_findings(opened: Opened) -> None:
    html = page(opened)
    assert opened.judgement is not None
    for finding in opened.judgement.findings:
        assert finding.gate.replace("<", "&lt;") in html
    assert 'href="/report.html"' in html
    assert f"#trace-{opened.judgement.findings[0].worst[0]}" in html


def test_a_run_without_a_verdict_says_so(opened: Opened) -> None:
    html = page(replace(opened, judgement=None, note="Read while the run was not over"))
    assert "NOT JUDGED" in html
    assert "Read while the run was not over" in html


def test_nothing_in_the_page_needs_a_looser_policy_or_another_place(opened: Opened) -> None:
    html = page(opened)
    assert not re.search(r"\sstyle=|\son[a-z]+=|<style|javascript:|https?://", html)
    assert re.findall(r"<script[^>]*>", html) == ['<script type="module" src="/main.js">']
    for file in STATIC.glob("*.js"):
        assert not re.search(r"https?://|\beval\(|new Function", file.read_text())


def test_the_style_is_the_report_s_and_its_own() -> None:
    said = style()
    assert "--failed-soft" in said
    assert ".explorer" in said
    assert "url(" not in said


def test_each_phase_and_each_window_has_its_stretch(opened: Opened) -> None:
    found = {name: (start, end) for name, start, end in stretches(opened)}
    assert found["fault"] == (20.0, 40.0)
    assert found["window outage"] == (15.0, 45.0)
    assert "warm-up" in found
