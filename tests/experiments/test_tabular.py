import csv
import io
import json
import math
from datetime import datetime
from decimal import Decimal

import pytest

from experiments.reading.problems import UsageError
from experiments.tabular import as_cells, as_csv, as_json

COLUMNS = ("a", "b", "c")
ROWS = [
    (1, 0.1, 'it\'s, "so"\n'),
    (None, math.inf, True),
    (2**70, Decimal("1.50"), ["x", None, {"k": math.inf}]),
]


def test_csv_comes_back_with_nothing_for_null() -> None:
    back = list(csv.reader(io.StringIO(as_csv(COLUMNS, ROWS))))
    assert back[0] == list(COLUMNS)
    assert back[1] == ["1", "0.1", 'it\'s, "so"\n']
    assert back[2] == ["", "inf", "true"]
    assert back[3] == [str(2**70), "1.50", '["x", null, {"k": "inf"}]']


def test_json_comes_back_as_objects() -> None:
    back = json.loads(as_json(COLUMNS, ROWS))
    assert back[0] == {"a": 1, "b": 0.1, "c": 'it\'s, "so"\n'}
    assert back[1] == {"a": None, "b": "inf", "c": True}
    assert back[2] == {"a": 2**70, "b": "1.50", "c": ["x", None, {"k": "inf"}]}


def test_no_rows_are_an_empty_array_and_a_line_of_names() -> None:
    assert json.loads(as_json(COLUMNS, [])) == []
    assert as_csv(COLUMNS, []) == "a,b,c\n"


def test_a_time_is_text_that_sorts() -> None:
    at = datetime(2026, 11, 22, 23, 1, 46)  # noqa: DTZ001 - as DuckDB gives it
    assert json.loads(as_json(["at"], [(at,)])) == [{"at": "2026-11-22 23:01:46"}]


def test_twin_columns_are_refused_where_they_would_be_one() -> None:
    with pytest.raises(UsageError, match="two columns are called a"):
        as_json(["a", "a"], [(1, 2)])
    assert as_csv(["a", "a"], [(1, 2)]) == "a,a\n1,2\n"


def test_cells_keep_numbers_and_say_the_rest_in_words() -> None:
    assert as_cells([(1, 0.5, True, None, ["x"], math.inf)]) == [
        [1, 0.5, "true", "", '["x"]', math.inf]
    ]
