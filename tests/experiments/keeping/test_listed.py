import pytest

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
    assert shown[2:] == ("2026-06-29 12:00:00", "PASS", 0, "1.0 kB", "yes")


def test_runs_are_printed_for_whoever_reads_them(capsys: pytest.CaptureFixture[str]) -> None:
    print_runs([found(1)])
    assert capsys.readouterr().out.startswith("run,title,begun,")
    print_runs([found(1)], Format.TABLE)
    assert "begun (UTC)" in capsys.readouterr().out


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
