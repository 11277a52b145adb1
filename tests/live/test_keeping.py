"""A run that is under way is nobody's to remove."""

import subprocess
from pathlib import Path

import pytest

from telemetry.under_way import under_way
from tests.live.rehearsals import CROSSWIND, Rehearsal, wait_for, write_short

pytestmark = [pytest.mark.live, pytest.mark.timeout(60)]


def test_clean_leaves_a_run_until_its_conductor_is_done(tmp_path: Path) -> None:
    rehearsal = Rehearsal(write_short(tmp_path), tmp_path)
    try:
        folder = rehearsal.folder()
        wait_for(lambda: (folder / "experiment.yaml").exists() or None, 10.0)
        assert f"stays    {folder.name}: it is under way" in clean(tmp_path / "runs")
        assert folder.exists()
        rehearsal.until(1.0)
        rehearsal.interrupt()
        rehearsal.end()
        assert under_way(folder) == ""
        assert "removed 1 run" in clean(tmp_path / "runs")
        assert not folder.exists()
    finally:
        rehearsal.close()


def clean(runs: Path) -> str:
    words = [CROSSWIND, "clean", str(runs), "--keep", "0", "--yes"]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    return done.stdout
