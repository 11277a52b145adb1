from pathlib import Path

import pytest

from experiments import github
from experiments.github import annotations, append_summary, command
from experiments.judging.verdict import Finding, Judgement, Ruling, Verdict

ACTIONS = {"GITHUB_ACTIONS": "true"}


def finding(gate: str, ruling: Ruling, observed: float | None, reason: str = "") -> Finding:
    return Finding(
        gate=gate, verdict=ruling, observed=observed, limit=5.0, samples=60, unit="s", reason=reason
    )


JUDGED = Judgement(
    verdict=Verdict.FAIL,
    exit_code=3,
    title="Azure: down",
    findings=(
        finding("failover_time <= 5 s", Ruling.FAIL, float("inf"), "100 % leaked\nto the end"),
        finding("recovery_time <= 9 s", Ruling.PASS, 1.0),
        finding("failback_time <= 9 s", Ruling.UNKNOWN, None),
    ),
)


def test_failed_gates_are_errors_and_unknown_ones_warnings() -> None:
    assert list(annotations(JUDGED, ACTIONS)) == [
        (
            "::error title=Crosswind%3A Azure%3A down%3A failover_time <= 5 s::"
            "fail: observed never, 60 samples; 100 %25 leaked%0Ato the end"
        ),
        (
            "::warning title=Crosswind%3A Azure%3A down%3A failback_time <= 9 s::"
            "unknown: observed unknown, 60 samples"
        ),
    ]


@pytest.mark.parametrize("environment", [{}, {"GITHUB_ACTIONS": "false"}])
def test_elsewhere_there_are_none(environment: dict[str, str]) -> None:
    assert list(annotations(JUDGED, environment)) == []


def test_a_run_that_cannot_count_or_was_aborted_says_why() -> None:
    stopped = Judgement(verdict=Verdict.ABORTED, exit_code=5, invalid=("no end",), aborted="Ctrl-C")
    assert list(annotations(stopped, ACTIONS)) == [
        "::warning title=Crosswind%3A this run cannot count::no end",
        "::error title=Crosswind%3A aborted::Ctrl-C",
    ]


def test_nothing_in_a_text_can_end_a_command_or_start_another() -> None:
    line = command("error", "a,b:c\r\n::error::x", "50%0A\n::set-env name=X::1")
    assert line == (
        "::error title=a%2Cb%3Ac%0D%0A%3A%3Aerror%3A%3Ax::50%250A%0A::set-env name=X::1"
    )
    assert "\n" not in line


def test_the_report_is_added_to_what_the_summary_holds(tmp_path: Path) -> None:
    report, summary = tmp_path / "report.md", tmp_path / "summary.md"
    report.write_text("## ✅ PASS\n")
    summary.write_text("before\n")
    assert append_summary(report, {"GITHUB_STEP_SUMMARY": str(summary)}) == ""
    assert summary.read_text() == "before\n## ✅ PASS\n\n"


def test_without_a_summary_nothing_is_written(tmp_path: Path) -> None:
    assert append_summary(tmp_path / "missing.md", {}) == ""
    assert list(tmp_path.iterdir()) == []


def test_a_summary_that_cannot_be_written_is_said_and_stops_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    github.tell(JUDGED, tmp_path)
    said = capsys.readouterr()
    assert said.out == ""
    assert "the step's summary lacks this run" in said.err
    assert "report.md: No such file" in said.err
