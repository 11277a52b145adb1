import json

import pytest

from experiments.shown import TABLE_ROWS, is_table, show
from experiments.tabular import Format

COLUMNS = ("name", "n")
ROWS = [("azure", 1), ("vertex", None)]


def test_without_a_terminal_rows_are_csv(capsys: pytest.CaptureFixture[str]) -> None:
    show(COLUMNS, ROWS)
    assert capsys.readouterr().out == "name,n\nazure,1\nvertex,\n"


def test_on_a_terminal_rows_are_a_table(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert is_table(None)
    assert not is_table(Format.JSON)
    show(COLUMNS, ROWS)
    out = capsys.readouterr().out
    assert "azure" in out
    assert "azure,1" not in out


def test_a_format_is_kept_wherever_it_goes(capsys: pytest.CaptureFixture[str]) -> None:
    show(COLUMNS, ROWS, Format.TABLE)
    assert [line.split() for line in capsys.readouterr().out.splitlines()] == [
        ["name", "n"],
        ["azure", "1"],
        ["vertex"],
    ]
    show(COLUMNS, ROWS, Format.JSON)
    assert json.loads(capsys.readouterr().out)[1] == {"name": "vertex", "n": None}


def test_a_long_table_is_cut_and_says_so_and_csv_is_whole(
    capsys: pytest.CaptureFixture[str],
) -> None:
    rows = [("azure", n) for n in range(TABLE_ROWS + 1)]
    show(COLUMNS, rows, Format.TABLE)
    assert f"the first {TABLE_ROWS} of {TABLE_ROWS + 1} rows" in capsys.readouterr().out
    show(COLUMNS, rows, Format.CSV)
    assert len(capsys.readouterr().out.splitlines()) == TABLE_ROWS + 2
