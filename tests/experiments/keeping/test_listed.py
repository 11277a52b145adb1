from pathlib import Path

import pytest
from msgspec.structs import replace

from experiments.keeping.listed import COLUMNS, bytes_words, print_runs, rows_of, shown_rows
from experiments.tabular import Format
from tests.experiments.keeping.some_runs import found


def test_rows_are_exact_for_programs_and_readable_for_people() -> None:
    (exact,), (shown,) = rows_of([found(1)]), shown_rows([found(1)])
    assert dict(zip(COLUMNS, exact, strict=True)) == {
        "run": "1-PASS",
        "title": "Azure goes down",
        "begun": "2026-06-29T12:00:00+00:00",
        "verdict": "PASS",
        "exit_code": 0,
        "bytes": 1000,
        "sealed": True,
    }
    assert shown[1:] == ("2026-06-29 12:00:00", "PASS", 0, "1.0 kB", "yes", "Azure goes down")


def test_runs_are_printed_for_whoever_reads_them(capsys: pytest.CaptureFixture[str]) -> None:
    print_runs([found(1)])
    assert capsys.readouterr().out.startswith("run,title,begun,")
    print_runs([found(1)], Format.TABLE)
    assert "begun (UTC)" in capsys.readouterr().out


def test_a_runs_name_stays_whole_however_narrow_the_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "90")
    name = "20261122T230146Z-azure-outage-without-breaker-1a2b3c4d"
    print_runs([replace(found(1), path=Path("runs") / name, title="A long title " * 9)])
    assert name in capsys.readouterr().out


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.0 kB"),
        (99_940, "99.9 kB"),
        (123_456, "123 kB"),
        (999_600, "1.0 MB"),
        (5_000_000_000, "5.0 GB"),
        (10**16, "10000 TB"),
    ],
)
def test_bytes_are_written_short(count: int, words: str) -> None:
    assert bytes_words(count) == words
