from pathlib import Path

import pytest

from experiments.keeping.cleaned import clean_up
from experiments.keeping.found import runs_in
from experiments.keeping.removal import removal_of
from experiments.reading.problems import UsageError
from tests.experiments.keeping.some_runs import run_folder


def test_a_dry_run_says_what_would_go_and_leaves_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = run_folder(tmp_path, 1)
    assert clean_up(removal_of(runs_in(tmp_path)), dry_run=True, yes=True)
    assert path.exists()
    assert f"would go {path.name}  PASS" in capsys.readouterr().out


def test_a_yes_lets_them_go(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    paths = [run_folder(tmp_path, days) for days in (1, 2)]
    removal = removal_of(runs_in(tmp_path))
    assert clean_up(removal, dry_run=False, yes=True)
    assert not any(path.exists() for path in paths)
    assert "removed 2 runs, " in capsys.readouterr().out


def test_without_a_terminal_and_a_yes_nothing_goes(tmp_path: Path) -> None:
    path = run_folder(tmp_path, 1)
    with pytest.raises(UsageError, match="say --yes"):
        clean_up(removal_of(runs_in(tmp_path)), dry_run=False, yes=False)
    assert path.exists()


def test_nothing_to_remove_needs_no_yes(capsys: pytest.CaptureFixture[str]) -> None:
    assert clean_up(removal_of([]), dry_run=False, yes=False)
    assert capsys.readouterr().out == "nothing to remove\n"


def test_what_could_not_be_removed_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run_folder(tmp_path, 1).rename(tmp_path / "kept-for-now")
    gone = run_folder(tmp_path, 2)
    removal = removal_of(runs_in(tmp_path))
    (tmp_path / "kept-for-now").rename(tmp_path / "moved")
    assert not clean_up(removal, dry_run=False, yes=True)
    captured = capsys.readouterr()
    assert "kept-for-now could not be removed" in captured.err
    assert "removed 1 run, " in captured.out
    assert not gone.exists()
