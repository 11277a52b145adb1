"""The sealed tables on disk: exact, whatever they hold and whatever their folder is called."""

from pathlib import Path

import duckdb
import pytest
from msgspec.structs import replace

from telemetry.flat import UnreadableRecordError
from telemetry.parquet import SUFFIX, read_tables, sealed_counts, write_tables
from telemetry.record import EventFact, Scalar
from telemetry.tables import Counts, Tables
from tests.telemetry.scenes import BIG_NS
from tests.telemetry.test_flat import small_tables

MOST_NS = 2**63 - 1


@pytest.fixture(name="tables", scope="module")
def tables_of_a_small_run() -> Tables:
    return small_tables()


def with_attempt(tables: Tables, **facts: object) -> Tables:
    """Return the tables with their first attempt changed."""
    return replace(tables, attempts=(replace(tables.attempts[0], **facts), *tables.attempts[1:]))


def edit(path: Path, statement: str) -> None:
    """Change the rows of a sealed file, as table `t`."""
    with duckdb.connect() as database:
        database.execute("CREATE TABLE t AS SELECT * FROM read_parquet($1)", [str(path)])
        database.execute(statement)
        path.unlink()
        database.execute(f"COPY t TO '{path}' (FORMAT parquet)")


def test_what_was_written_is_read(tmp_path: Path, tables: Tables) -> None:
    write_tables(tmp_path, tables)
    assert read_tables(tmp_path) == tables


def test_nothing_but_the_tables_is_left_behind(tmp_path: Path, tables: Tables) -> None:
    write_tables(tmp_path, tables)
    names = {"exchanges", "attempts", "faults", "events"}
    assert {path.name for path in tmp_path.iterdir()} == {name + SUFFIX for name in names}


def test_times_of_64_bits_stay_exact(tmp_path: Path, tables: Tables) -> None:
    exact = with_attempt(tables, begin_ns=BIG_NS, end_ns=MOST_NS, largest_gap_ns=-MOST_NS)
    write_tables(tmp_path, exact)
    assert read_tables(tmp_path).attempts[0] == exact.attempts[0]


@pytest.mark.parametrize("number", [0.1 + 0.2, 1.0, 5e-324, 1.7976931348623157e308])
def test_fractions_stay_exact(tmp_path: Path, tables: Tables, number: float) -> None:
    write_tables(tmp_path, with_attempt(tables, retry_after_s=number))
    assert read_tables(tmp_path).attempts[0].retry_after_s == number


def test_text_is_kept_as_it_is(tmp_path: Path, tables: Tables) -> None:
    odd = [
        "",
        "null",
        "12",
        "true",
        "2026-11-22",
        '{"a": 1}',
        "a\0b",
        'x\n"y"\\\r\u2028',
        "\U0001f30a",
    ]
    first = tables.attempts[0]
    spoken = replace(tables, attempts=tuple(replace(first, error=text) for text in odd))
    write_tables(tmp_path, spoken)
    assert [attempt.error for attempt in read_tables(tmp_path).attempts] == odd


def test_a_whole_fact_stays_whole_and_a_fraction_a_fraction(tmp_path: Path, tables: Tables) -> None:
    facts: dict[str, Scalar] = {
        "whole": 1,
        "fraction": 1.0,
        "yes": True,
        "text": "1",
        "none": None,
        "most": MOST_NS,
    }
    event = EventFact(spool="worker-0", name="any", at_ns=1, facts=facts)
    write_tables(tmp_path, replace(tables, events=(event,)))
    (read,) = read_tables(tmp_path).events
    assert [(type(value), value) for value in read.facts.values()] == [
        (type(value), value) for value in facts.values()
    ]


def test_more_rows_than_pass_at_once_come_back_in_order(tmp_path: Path, tables: Tables) -> None:
    count = 20_001
    events = tuple(EventFact(spool="worker-0", name="any", at_ns=n % 7) for n in range(count))
    many = replace(tables, events=events)
    write_tables(tmp_path, many)
    assert read_tables(tmp_path) == many
    assert sealed_counts(tmp_path).events == count


@pytest.mark.parametrize("name", ["it's", "a[b]c", "star*", "what?", 'quo"te', "a b", "$x{1,2}"])
def test_a_folder_may_have_any_name(tmp_path: Path, tables: Tables, name: str) -> None:
    (tmp_path / name).mkdir()
    write_tables(tmp_path / name, tables)
    assert read_tables(tmp_path / name).attempts == tables.attempts
    assert sealed_counts(tmp_path / name).attempts == len(tables.attempts)


def test_a_folder_whose_name_is_a_pattern_is_not_mixed_with_its_neighbours(
    tmp_path: Path, tables: Tables
) -> None:
    for name in ("run-a", "run-b", "run-[ab]", "run-*"):
        (tmp_path / name).mkdir()
        write_tables(tmp_path / name, tables)
    assert sealed_counts(tmp_path / "run-[ab]").attempts == len(tables.attempts)
    assert read_tables(tmp_path / "run-*") == tables


def test_rows_and_their_ends_are_counted_by_kind(tmp_path: Path, tables: Tables) -> None:
    unended = with_attempt(tables, end_ns=None)
    write_tables(tmp_path, unended)
    assert sealed_counts(tmp_path) == Counts(
        exchanges=4,
        exchange_ends=3,
        attempts=7,
        attempt_ends=6,
        hops=8,
        hop_ends=8,
        faults=4,
        events=2,
    )


def test_a_request_that_is_no_attempts_counts_as_unended_too(
    tmp_path: Path, tables: Tables
) -> None:
    first, *rest = tables.other_hops
    unended = replace(first, hop=replace(first.hop, end_ns=None))
    write_tables(tmp_path, replace(tables, other_hops=(unended, *rest)))
    counts = sealed_counts(tmp_path)
    assert (counts.hops, counts.hop_ends) == (8, 7)


def test_a_folder_that_is_not_there_cannot_be_written_to(tmp_path: Path, tables: Tables) -> None:
    with pytest.raises(OSError, match="gone"):
        write_tables(tmp_path / "gone", tables)


def test_a_number_that_no_column_holds_is_an_error_and_leaves_no_passage(
    tmp_path: Path, tables: Tables
) -> None:
    with pytest.raises(OSError, match="9223372036854775808"):
        write_tables(tmp_path, with_attempt(tables, tokens=MOST_NS + 1))
    assert not list(tmp_path.glob("*.ndjson"))


@pytest.mark.parametrize("table", ["exchanges", "attempts", "faults", "events"])
def test_a_table_that_is_missing_says_so(tmp_path: Path, tables: Tables, table: str) -> None:
    write_tables(tmp_path, tables)
    (tmp_path / (table + SUFFIX)).unlink()
    with pytest.raises(UnreadableRecordError, match=rf"{table}\.parquet cannot be read: [^\n]*$"):
        read_tables(tmp_path)
    with pytest.raises(UnreadableRecordError, match="cannot be read"):
        sealed_counts(tmp_path)


@pytest.mark.parametrize(
    ("table", "statement"),
    [
        ("attempts", "UPDATE t SET outcome = 'sunk'"),
        ("attempts", "ALTER TABLE t DROP hop_mode"),
        ("exchanges", "UPDATE t SET outcome = NULL"),
        ("events", "UPDATE t SET facts = 'no json'"),
        ("events", "UPDATE t SET facts = NULL"),
        ("events", "DELETE FROM t WHERE name = 'record'"),
        ("events", "UPDATE t SET facts = '{\"format\": 1}' WHERE name = 'record'"),
    ],
)
def test_rows_that_make_no_sense_are_refused(
    tmp_path: Path, tables: Tables, table: str, statement: str
) -> None:
    write_tables(tmp_path, tables)
    edit(tmp_path / (table + SUFFIX), statement)
    with pytest.raises(UnreadableRecordError):
        read_tables(tmp_path)


def test_what_was_sealed_before_a_column_was_added_is_read(tmp_path: Path, tables: Tables) -> None:
    write_tables(tmp_path, with_attempt(tables, rpc_status="UNAVAILABLE"))
    edit(tmp_path / f"attempts{SUFFIX}", "ALTER TABLE t DROP COLUMN rpc_status")
    edit(tmp_path / f"attempts{SUFFIX}", "ALTER TABLE t DROP COLUMN hop_rpc_status")
    assert read_tables(tmp_path) == tables


def test_what_lacks_another_column_is_not(tmp_path: Path, tables: Tables) -> None:
    write_tables(tmp_path, tables)
    edit(tmp_path / f"attempts{SUFFIX}", "ALTER TABLE t DROP COLUMN outcome")
    with pytest.raises(UnreadableRecordError, match="outcome"):
        read_tables(tmp_path)
