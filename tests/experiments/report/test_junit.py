from xml.etree import ElementTree as ET

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from experiments.judging.verdict import ExitCode, Finding, Judgement, Ruling, Verdict
from experiments.report.junit import junit
from tests.experiments.report.reading import parsed
from tests.experiments.report.synthetic import Scene, experiment, run


def finding(ruling: Ruling, gate: str = "failover_time <= 5 s", reason: str = "why") -> Finding:
    return Finding(
        gate=gate, verdict=ruling, observed=None, limit=5.0, samples=0, reason=reason, unit="s"
    )


def suite(judgement: Judgement) -> ET.Element:
    root = parsed(junit(experiment(), judgement))
    found = root.find("testsuite")
    assert found is not None
    return found


def judged(verdict: Verdict, *findings: Finding, **more: object) -> Judgement:
    plain = Judgement(verdict=verdict, exit_code=0, findings=findings)
    return msgspec.structs.replace(plain, **more)


def kinds(root: ET.Element) -> dict[str | None, list[str]]:
    return {case.get("name"): [child.tag for child in case] for case in root.iter("testcase")}


def test_a_failed_gate_is_a_failure_an_unknown_one_an_error_and_nothing_is_skipped() -> None:
    gates = [finding(Ruling.PASS, "a"), finding(Ruling.FAIL, "b"), finding(Ruling.UNKNOWN, "c")]
    root = suite(judged(Verdict.FAIL, *gates))
    assert kinds(root) == {"a": ["system-out"], "b": ["failure"], "c": ["error"]}
    counts = [root.get(name) for name in ("tests", "failures", "errors", "skipped")]
    assert counts == ["3", "1", "1", "0"]


def test_an_invalid_run_is_an_error_whatever_its_gates_say() -> None:
    root = suite(judged(Verdict.INCONCLUSIVE, finding(Ruling.PASS, "a"), invalid=("x", "y")))
    assert kinds(root)["run validity"] == ["error"]
    error = root.find(".//error")
    assert error is not None
    assert error.text == "x\ny"


def test_a_run_without_any_finding_is_never_green() -> None:
    assert kinds(suite(judged(Verdict.INCONCLUSIVE))) == {"run validity": ["error"]}


def test_aborted_and_faults_left_behind_are_errors() -> None:
    root = suite(
        judged(Verdict.ABORTED, aborted="Ctrl-C", exit_code=int(ExitCode.FAULTS_NOT_REMOVED))
    )
    assert kinds(root) == {"run completed": ["error"], "faults removed": ["error"]}


def test_two_findings_of_one_gate_stay_two_cases() -> None:
    twice = finding(Ruling.FAIL, "fallback_unhealthy")
    assert list(kinds(suite(judged(Verdict.FAIL, twice, twice)))) == [
        "fallback_unhealthy",
        "fallback_unhealthy #2",
    ]


def test_a_passing_run_has_a_case_per_gate_and_no_trouble() -> None:
    passed = run(Scene())
    root = suite(passed.judgement)
    assert root.get("tests") == str(len(passed.judgement.findings))
    assert (root.get("failures"), root.get("errors")) == ("0", "0")


@given(st.text(), st.text())
def test_any_words_are_valid_xml(gate: str, reason: str) -> None:
    root = suite(judged(Verdict.FAIL, finding(Ruling.FAIL, gate, reason), title=reason))
    assert len(root.findall("testcase")) == 1
