"""What is printed without a terminal is plain."""

import subprocess
import sys
import time

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


def test_numbers_stand_to_the_right_also_where_some_are_missing(
    capsys: pytest.CaptureFixture[str],
) -> None:
    terminal.table("", ("n", "word"), [(100, "a"), ("", "b"), (7, "c")])
    assert capsys.readouterr().out.splitlines()[-1].startswith("  7  c")


def test_text_is_put_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    text = "[bold]" + "x " * 300 + "\ty\n"
    terminal.put(text)
    assert capsys.readouterr().out == text


LEFT_ALONE = """
import sys
from experiments import terminal
for _ in range(3):
    terminal.say("x" * 100_000)
    terminal.put("x" * 100_000)
sys.exit(3)
"""


def test_a_reader_that_leaves_changes_no_exit_code() -> None:
    with subprocess.Popen([sys.executable, "-c", LEFT_ALONE], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.wait() == 3


def test_what_takes_longer_says_what_it_does(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with terminal.meanwhile("counting"):
        pass
    monkeypatch.setattr(terminal, "PATIENCE_S", 0.0)
    with terminal.meanwhile("counting on"):
        for _ in range(1000):
            said = capsys.readouterr()
            if said.err:
                break
            time.sleep(0.01)
    assert (said.out, said.err) == ("", "counting on\n")
