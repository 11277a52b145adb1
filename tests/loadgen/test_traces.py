from pathlib import Path

import pytest

from loadgen.traces import TraceError, TraceRow, parse_trace, read_trace

HEADER = "TIMESTAMP,ContextTokens,GeneratedTokens"


def parse(*lines: str) -> tuple[TraceRow, ...]:
    return parse_trace([HEADER, *lines], "t.csv")


def test_times_count_from_the_first_row_to_a_hundred_nanoseconds() -> None:
    rows = parse("2023-11-16 18:15:46.6805900,374,44", "2023-11-16 18:15:50.9951690,396,109")
    assert [row.at_s for row in rows] == [0, 4.314579]
    assert (rows[1].prompt_tokens, rows[1].output_tokens) == (396, 109)


def test_a_stamp_may_have_no_fraction_or_name_utc() -> None:
    rows = parse("2023-11-16 18:00:00,1,1", "2023-11-16 18:00:01+00:00,1,1")
    assert rows[1].at_s == 1


def test_columns_may_come_in_any_order_among_others() -> None:
    lines = ["GeneratedTokens,Model,TIMESTAMP,ContextTokens", "7,x,2023-11-16 18:00:00,9"]
    (row,) = parse_trace(lines, "t.csv")
    assert (row.prompt_tokens, row.output_tokens) == (9, 7)


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (["yesterday,1,1"], r"t\.csv:2: no time stamp: 'yesterday'"),
        (["2023-11-16 18:00:00,many,1"], r"t\.csv:2: .*'many'"),
        (["2023-11-16 18:00:00,1"], r"t\.csv:2: too few columns"),
        (["2023-11-16 18:00:00,1,-1"], r"t\.csv:2: a negative token count"),
        (["2023-11-16 18:00:01,1,1", "2023-11-16 18:00:00,1,1"], r"t\.csv:3: earlier"),
        (["2023-11-16 18:61:00,1,1"], r"t\.csv:2: minute"),
        ([], r"t\.csv: no rows"),
    ],
)
def test_an_error_names_the_file_and_the_line(lines: list[str], message: str) -> None:
    with pytest.raises(TraceError, match=message):
        parse(*lines)


def test_a_missing_column_is_named() -> None:
    with pytest.raises(TraceError, match=r"t\.csv:1: no column GeneratedTokens"):
        parse_trace(["TIMESTAMP,ContextTokens"], "t.csv")


def test_a_line_that_is_no_traces_is_repeated_only_in_part() -> None:
    with pytest.raises(TraceError) as caught:
        parse_trace(["x" * 5000], "t.csv")
    assert len(str(caught.value)) < 200


def test_a_missing_file_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(TraceError, match="No such file"):
        read_trace(str(tmp_path / "none.csv"))


def test_a_file_that_changes_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text(f"{HEADER}\n2023-11-16 18:00:00,1,1\n")
    assert read_trace(str(path))[0].prompt_tokens == 1
    path.write_text(f"{HEADER}\n2023-11-16 18:00:00,2,1\n2023-11-16 18:00:00,2,1\n")
    assert [row.prompt_tokens for row in read_trace(str(path))] == [2, 2]
