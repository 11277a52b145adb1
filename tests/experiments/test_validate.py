"""Checking files without running them."""

from pathlib import Path

import pytest

from experiments.validate import validate_all
from tests.experiments.files import GOOD, changed, write


def test_a_good_file_is_ok(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = str(write(tmp_path))
    assert validate_all([path]) == 0
    assert capsys.readouterr().out == f"{path}: ok\n"


def test_a_file_that_cannot_be_decided_exits_4(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write(tmp_path, GOOD.replace("rate_per_s: 20", "rate_per_s: 2"))
    assert validate_all([str(path)]) == 4
    assert "user_errors (fault) <= 1 %: at most" in capsys.readouterr().out


def test_every_file_is_looked_at_and_a_wrong_one_outweighs_an_undecided_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = write(tmp_path, changed("title:", "titel:"), "wrong.yaml")
    undecided = write(tmp_path, GOOD.replace("rate_per_s: 20", "rate_per_s: 2"), "few.yaml")
    assert validate_all([str(wrong), str(undecided), "azure-outage", "gone.yaml"]) == 2
    captured = capsys.readouterr()
    assert "wrong.yaml:1: titel: unknown key" in captured.err
    assert "gone.yaml: no such file" in captured.err
    assert "azure-outage: ok" in captured.out
