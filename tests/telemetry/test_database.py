from pathlib import Path

import pytest

from telemetry.columns import Columns
from telemetry.database import (
    LINES_AT_ONCE,
    DatabaseError,
    connect,
    fetched,
    passage,
    pattern,
    quoted,
    statement_kinds,
)
from telemetry.flat import Line

COLUMNS: Columns = {"number": "BIGINT", "word": "VARCHAR"}
LINES: list[Line] = [{"number": 2**63 - 1, "word": "it's"}, {"number": None, "word": None}]


def test_lines_become_a_table_and_come_back_exactly(tmp_path: Path) -> None:
    with connect() as database, passage(tmp_path, "t", COLUMNS, LINES) as source:
        assert list(fetched(database.execute(f"FROM {source}"))) == LINES


def test_more_lines_than_are_taken_at_once_come_back(tmp_path: Path) -> None:
    lines = [{"number": n, "word": ""} for n in range(LINES_AT_ONCE + 1)]
    with connect() as database, passage(tmp_path, "t", COLUMNS, iter(lines)) as source:
        assert list(fetched(database.execute(f"FROM {source}"))) == lines


def test_no_lines_are_an_empty_table(tmp_path: Path) -> None:
    with connect() as database, passage(tmp_path, "t", COLUMNS, ()) as source:
        assert list(fetched(database.execute(f"FROM {source}"))) == []


def test_nothing_is_left_of_a_passage_whatever_its_folder_is_called(tmp_path: Path) -> None:
    folder = tmp_path / "it's [1] *?"
    folder.mkdir()
    with connect() as database:
        with passage(folder, "t", COLUMNS, LINES) as source:
            assert len(list(fetched(database.execute(f"FROM {source}")))) == 2
        assert list(folder.iterdir()) == []
        with pytest.raises(DatabaseError), passage(folder, "t", COLUMNS, LINES) as source:
            database.execute(f"SELECT no_such FROM {source}")
    assert list(folder.iterdir()) == []


def test_words_are_written_as_sql_and_patterns_do() -> None:
    assert quoted("it's") == "'it''s'"
    assert pattern(Path("a[1]*?")) == "a[[]1][*][?]"


def test_statements_are_known_by_kind() -> None:
    assert statement_kinds("from t; drop table t") == ["SELECT", "DROP"]
    assert statement_kinds("-- nothing") == []
    with pytest.raises(DatabaseError):
        statement_kinds("selec 1")


def test_a_database_fetches_nothing_and_spills_nowhere() -> None:
    asked = "current_setting('{}')"
    names = ("autoinstall_known_extensions", "autoload_known_extensions", "temp_directory")
    with connect() as database:
        query = f"SELECT {', '.join(asked.format(name) for name in names)}"
        assert database.execute(query).fetchall() == [(False, False, "")]
