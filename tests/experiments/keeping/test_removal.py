import shutil
from pathlib import Path

import pytest

from experiments.keeping.found import runs_in
from experiments.keeping.removal import removal_of, remove
from telemetry.run_folder import RunFolder
from telemetry.under_way import held
from tests.experiments.keeping.some_runs import run_folder


def test_a_run_is_removed_whole_and_nothing_else(tmp_path: Path) -> None:
    first, second = run_folder(tmp_path, 1), run_folder(tmp_path, 2)
    (tmp_path / "notes.txt").write_text("mine")
    assert remove(runs_in(tmp_path)[1]) == ""
    assert sorted(tmp_path.iterdir()) == sorted([first, tmp_path / "notes.txt"])
    assert second not in tmp_path.iterdir()


def test_no_link_is_followed(tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    (mine / "deep").mkdir(parents=True)
    (mine / "deep" / "file").write_text("mine")
    path = run_folder(tmp_path / "runs", 1)
    (path / "link").symlink_to(mine)
    (path / "config").mkdir()
    (path / "config" / "link").symlink_to(mine / "deep")
    (path / "file-link").symlink_to(mine / "deep" / "file")
    assert remove(runs_in(tmp_path / "runs")[0]) == ""
    assert not path.exists()
    assert (mine / "deep" / "file").read_text() == "mine"


def test_a_run_that_is_under_way_stays(tmp_path: Path) -> None:
    path = run_folder(tmp_path, 1)
    run_folder(tmp_path, 2)
    runs = runs_in(tmp_path)
    with held(path):
        removal = removal_of(runs)
        assert removal.going == (runs[1],)
        assert removal.staying == ((runs[0], "it is under way"),)
        assert remove(runs[0]) == "it is under way"
    assert RunFolder(path).attempts.exists()
    assert removal.size == runs[1].size


def test_a_removal_that_was_cut_short_can_be_repeated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = run_folder(tmp_path, 1)
    (run,) = runs_in(tmp_path)
    whole = shutil.rmtree

    def all_but_spans(folder: Path) -> None:
        if folder.name == "spans":
            raise PermissionError(13, "Permission denied", str(folder))
        whole(folder)

    monkeypatch.setattr(shutil, "rmtree", all_but_spans)
    assert "spans: Permission denied" in remove(run)
    monkeypatch.undo()
    assert [each.name for each in runs_in(tmp_path)] == [path.name]
    assert remove(run) == ""
    assert list(tmp_path.iterdir()) == []


def test_what_is_gone_already_is_said(tmp_path: Path) -> None:
    path = run_folder(tmp_path, 1)
    (run,) = runs_in(tmp_path)
    path.rename(tmp_path / "elsewhere")
    assert "No such file" in remove(run)
