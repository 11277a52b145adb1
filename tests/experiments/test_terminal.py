"""What is printed without a terminal is plain."""

import pytest

from experiments import terminal


def test_lines_are_printed_as_they_are_however_long(capsys: pytest.CaptureFixture[str]) -> None:
    line = "[bold]not markup[/bold] " + "x" * 300
    terminal.say(line)
    assert capsys.readouterr().out == line + "\n"


def test_warnings_go_to_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    terminal.warn("careful")
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", "careful\n")


def test_a_table_has_no_escapes_and_all_its_cells(capsys: pytest.CaptureFixture[str]) -> None:
    terminal.table("Phases", ("phase", "from s"), [("baseline", 5.0), ("fault", 20.25)])
    out = capsys.readouterr().out
    assert "\x1b" not in out
    assert [line.split() for line in out.splitlines()] == [
        ["Phases"],
        ["phase", "from", "s"],
        ["baseline", "5"],
        ["fault", "20.25"],
    ]
