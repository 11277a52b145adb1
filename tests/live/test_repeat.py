"""Series of real runs: two whose fallback answers nobody, and one that Ctrl-C ends."""

import socket
from pathlib import Path

import pytest

from experiments.reading.resolved import read_resolved
from telemetry.run_folder import RunFolder
from tests.live.rehearsals import Rehearsal, write_short

pytestmark = pytest.mark.live
VERTEX = "vertex: {dialect: vertex-gemini, "


def unanswered(folder: Path) -> Path:
    """Write an experiment that is over, and inconclusive, after its preflight."""
    path = write_short(folder)
    with socket.create_server(("127.0.0.1", 0)) as gone:
        nowhere = f"base_url: 'http://127.0.0.1:{gone.getsockname()[1]}'"
    path.write_text(path.read_text().replace(f"{VERTEX}stand_in: {{}}", f"{VERTEX}{nowhere}"))
    return path


def folders(rehearsal: Rehearsal) -> list[RunFolder]:
    return [RunFolder(path) for path in (rehearsal.out / "runs").iterdir()]


def test_each_run_of_a_series_has_the_next_seed_and_the_series_one_exit_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    summary = tmp_path / "summary.md"
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    words = ("--seed", "7", "--repeat", "2", "--inconclusive", "pass")
    rehearsal = Rehearsal(unanswered(tmp_path), tmp_path / "out", *words)
    try:
        code = rehearsal.end(50)
    finally:
        rehearsal.close()
    said = rehearsal.said()
    assert code == 0, said
    runs = folders(rehearsal)
    assert sorted(read_resolved(run.experiment).seed for run in runs) == [7, 8]
    assert all('"verdict": "INCONCLUSIVE"' in run.verdict.read_text() for run in runs)
    assert "2 of 2 runs" in said
    assert "exit 0 for 2 runs that prove nothing (exit 4)" in said
    assert said.count("\n::warning title=Crosswind%3A Azure OpenAI goes down") >= 2
    assert summary.read_text().count("INCONCLUSIVE: Azure OpenAI goes down for a moment") == 2


def test_ctrl_c_ends_the_run_and_no_further_one_begins(tmp_path: Path) -> None:
    rehearsal = Rehearsal(write_short(tmp_path), tmp_path / "out", "--repeat", "3")
    try:
        rehearsal.until(0.5)
        rehearsal.interrupt()
        code = rehearsal.end(30)
    finally:
        rehearsal.close()
    assert code == 5, rehearsal.said()
    assert len(folders(rehearsal)) == 1
    assert "1 of 3 runs" in rehearsal.said()
