from pathlib import Path

import pytest

from experiments.analysing.choices import gates_of, moment_ns, renamed, windows_of
from experiments.reading.problems import UsageError

S = 10**9
ENDPOINTS = ("azure", "vertex")


@pytest.mark.parametrize(
    ("said", "is_"),
    [
        ("1767225600", 1_767_225_600 * S),
        ("2026-01-01T00:00:00Z", 1_767_225_600 * S),
        ("2026-01-01T01:00:00.25+01:00", 1_767_225_600 * S + S // 4),
        ("+20.5", 7 * S + 20 * S + S // 2),
    ],
)
def test_a_moment_may_be_said_in_three_ways(said: str, is_: int) -> None:
    assert moment_ns(said, 7 * S) == is_


@pytest.mark.parametrize("said", ["noon", "2026-01-01T00:00:00", "", "inf", "nan"])
def test_what_is_no_moment_is_refused(said: str) -> None:
    with pytest.raises(UsageError, match="is no moment"):
        moment_ns(said, 0)


def test_windows_come_from_the_command_line_and_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "w.yaml"
    file.write_text("windows:\n  - {at: [vertex], start: +30, end: '+40', id: other, share: 0.5}\n")
    first, second = windows_of(["azure +10 +20"], file, 0, ENDPOINTS)
    assert (first.id, first.endpoints, first.start_ns, first.end_ns) == (
        "outage", ("azure",), 10 * S, 20 * S,
    )  # fmt: skip
    assert (second.id, second.share) == ("other", 0.5)


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("azure +10", "expected 'ENDPOINT START END"),
        ("azur +10 +20", "did you mean azure"),
        ("azure +20 +10", "its end is not after its start"),
        ("azure x +10", "is no moment"),
    ],
)
def test_a_window_that_is_none_says_why(words: str, why: str) -> None:
    with pytest.raises(UsageError, match=why):
        windows_of([words], None, 0, ENDPOINTS)


def test_a_file_that_is_none_is_named(tmp_path: Path) -> None:
    (tmp_path / "w.yaml").write_text("windows: [{at: azure, star: 1, end: 2}]\n")
    with pytest.raises(UsageError, match=r"w\.yaml: windows"):
        windows_of([], tmp_path / "w.yaml", 0, ENDPOINTS)


def test_gates_come_from_the_command_line_and_from_an_experiment() -> None:
    gates = gates_of(["amplification <= 2"], "azure-outage", ENDPOINTS)
    assert gates[:2] == ("amplification <= 2", "failover_time <= 5 s")
    with pytest.raises(UsageError, match="did you mean failover_time"):
        gates_of(["failover_tim <= 5 s"], None, ENDPOINTS)
    with pytest.raises(UsageError, match="unknown endpoint 'azur'"):
        gates_of(["native_errors (fault, endpoint:azur) <= 1 %"], None, ENDPOINTS)


def test_a_name_of_ones_own_needs_both_sides() -> None:
    assert renamed(["azure=azure.ai.openai"]) == {"azure.ai.openai": "azure"}
    with pytest.raises(UsageError, match="expected NAME=ENDPOINT"):
        renamed(["azure"])
