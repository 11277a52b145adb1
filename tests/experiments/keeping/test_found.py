import os
from datetime import timedelta
from pathlib import Path

import pytest

from experiments.keeping.found import runs_in, size_of
from experiments.reading.problems import UsageError
from telemetry.run_folder import RunFolder
from tests.experiments.keeping.some_runs import NOW, run_folder


def test_runs_are_found_newest_first(tmp_path: Path) -> None:
    made = [run_folder(tmp_path, days) for days in (3, 1, 2)]
    assert [run.path for run in runs_in(tmp_path)] == [made[1], made[2], made[0]]


def test_a_run_is_told_as_it_lies_there(tmp_path: Path) -> None:
    path = run_folder(tmp_path, 2, "FAIL")
    (run,) = runs_in(tmp_path)
    assert (run.name, run.title) == (path.name, "Azure goes down")
    assert (run.verdict, run.exit_code, run.sealed, run.renamed) == ("FAIL", 3, True, False)
    assert run.begun == NOW - timedelta(days=2)
    assert run.size == size_of(path) > 10_000


@pytest.mark.parametrize("gone", ["attempts.parquet", "events.parquet"])
def test_a_run_that_was_not_judged_or_sealed_says_so(tmp_path: Path, gone: str) -> None:
    path = run_folder(tmp_path, 1, "")
    (RunFolder(path).spans / gone).unlink()
    (run,) = runs_in(tmp_path)
    assert (run.verdict, run.exit_code, run.sealed) == ("NONE", None, False)


def test_a_verdict_that_cannot_be_read_is_no_verdict(tmp_path: Path) -> None:
    RunFolder(run_folder(tmp_path, 1)).verdict.write_text('{"verdict": "PA')
    (run,) = runs_in(tmp_path)
    assert (run.verdict, run.exit_code) == ("UNREADABLE", None)


def test_a_renamed_run_keeps_its_age(tmp_path: Path) -> None:
    run_folder(tmp_path, 5).rename(tmp_path / "the-good-one")
    (run,) = runs_in(tmp_path)
    assert (run.name, run.renamed) == ("the-good-one", True)
    assert run.begun == NOW - timedelta(days=5)


def test_what_is_no_run_is_not_found(tmp_path: Path) -> None:
    elsewhere = run_folder(tmp_path / "elsewhere", 1)
    runs = tmp_path / "runs"
    runs.mkdir()
    (runs / "notes").mkdir()
    (runs / "experiment.yaml.txt").write_text("")
    (runs / elsewhere.name).symlink_to(elsewhere)
    plain = runs / "20260101T000000Z-azure-outage-0badcafe"
    plain.mkdir()
    assert runs_in(runs) == []
    for text in ("title: a file of my own\n", "run: 1\n", "{", "\x00"):
        (plain / "experiment.yaml").write_text(text)
        assert runs_in(runs) == []
    (plain / "experiment.yaml").unlink()
    (plain / "experiment.yaml").symlink_to(elsewhere / "experiment.yaml")
    assert runs_in(runs) == []


def test_a_folder_that_cannot_hold_runs_is_wrong_usage(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="gone: no such folder"):
        runs_in(tmp_path / "gone")
    with pytest.raises(UsageError, match="a run folder itself"):
        runs_in(run_folder(tmp_path, 1))


def test_a_size_counts_links_and_not_what_they_point_to(tmp_path: Path) -> None:
    big, folder = tmp_path / "big", tmp_path / "folder"
    big.mkdir()
    (big / "file").write_bytes(os.urandom(1_000_000))
    folder.mkdir()
    (folder / "to-folder").symlink_to(big)
    (folder / "to-file").symlink_to(big / "file")
    assert size_of(folder) < 100_000 < size_of(big)
