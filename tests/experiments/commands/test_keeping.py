"""`runs` and `clean`, as a person types them; what is asked, in a terminal of its own."""

import json
import os
import pty
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from telemetry.under_way import held
from tests.experiments.commands.asking import Crosswind
from tests.experiments.keeping.some_runs import NOW, run_folder

ROOT = Path(__file__).parents[3]
AGE = datetime.now(UTC) - NOW
"""How long ago `NOW` of the folders was."""


def days_ago(folder: Path, days: float, verdict: str = "PASS") -> Path:
    """Write a run folder of so many days before today."""
    return run_folder(folder, days - AGE / timedelta(days=1), verdict)


def test_runs_lists_the_usual_folder_newest_first(
    tmp_path: Path, crosswind: Crosswind, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    names = [days_ago(tmp_path / "runs", days).name for days in (2, 1)]
    said = crosswind("runs", "--format", "json")
    assert said.code == 0
    assert [line["run"] for line in json.loads(said.out)] == names[::-1]


def test_clean_keeps_what_it_was_told_to(tmp_path: Path, crosswind: Crosswind) -> None:
    new = days_ago(tmp_path, 1, "FAIL")
    middle, old = days_ago(tmp_path, 20), days_ago(tmp_path, 40)
    failed = days_ago(tmp_path, 50, "FAIL")
    said = crosswind("clean", tmp_path, "--older-than", "30d", "--verdict", "PASS", "--yes")
    assert (said.code, said.err) == (0, "")
    assert sorted(tmp_path.iterdir()) == sorted([new, middle, failed])
    assert old.name in said.out
    assert crosswind("clean", tmp_path, "--keep", 1, "--yes").code == 0
    assert list(tmp_path.iterdir()) == [new]


def test_clean_leaves_a_run_that_is_under_way_and_says_so(
    tmp_path: Path, crosswind: Crosswind
) -> None:
    path = days_ago(tmp_path, 1)
    with held(path):
        said = crosswind("clean", tmp_path, "--keep", 0, "--yes")
    assert said.code == 0
    assert f"stays    {path.name}: it is under way" in said.out
    assert path.exists()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("runs", "gone"), "gone: no such folder"),
        (("clean", "gone", "--keep", "1"), "gone: no such folder"),
        (("clean", "."), "say --keep N, --older-than 30d, or both"),
        (("clean", ".", "--keep", "-1"), "--keep"),
        (("clean", ".", "--older-than", "soon"), "e.g. 30d"),
        (("clean", ".", "--keep", "1", "--verdict", "PAST"), "did you mean PASS?"),
        (("clean", ".", "--keep", "0"), "say --yes"),
    ],
)
def test_wrong_usage_exits_2_and_removes_nothing(
    words: tuple[str, ...],
    told: str,
    tmp_path: Path,
    crosswind: Crosswind,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    path = days_ago(tmp_path, 1)
    said = crosswind(*words)
    assert said.code == 2
    assert told in said.err
    assert "Traceback" not in said.err
    assert path.exists()


@pytest.mark.parametrize(("answer", "gone"), [("y", True), ("n", False), ("", False)])
def test_on_a_terminal_clean_asks_first(answer: str, *, gone: bool, tmp_path: Path) -> None:
    path = days_ago(tmp_path, 1)
    ours, theirs = pty.openpty()
    words = [sys.executable, "-m", "experiments.cli", "clean", str(tmp_path), "--keep", "0"]
    try:
        cleaning = subprocess.Popen(words, cwd=ROOT, stdin=theirs, stdout=theirs, stderr=theirs)
        os.write(ours, f"{answer}\n".encode())
        assert cleaning.wait(30) == 0
    finally:
        os.close(theirs)
        os.close(ours)
    assert path.exists() is not gone
