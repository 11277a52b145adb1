"""Views: what is documented is what there is."""

import re

import pytest

from telemetry.query import ask
from telemetry.view import between_s, views
from tests.telemetry.asked import lines, outage, seen
from tests.telemetry.synthetic import at, event

RUN = seen(outage(), [event("breaker", 21.5, "azure", state="open", replica=0)])
NAMES = sorted(views())


def test_the_views_are_those_that_were_promised() -> None:
    assert NAMES == ["attempts", "events", "exchanges", "faults", "phases", "run", "windows"]


@pytest.mark.parametrize("name", NAMES)
def test_every_documented_column_is_there_with_its_type_and_no_other(name: str) -> None:
    described = ask(RUN, f"select column_name, column_type from (describe {name})").rows
    assert [(column, kind) for column, kind in described] == list(views()[name].types.items())


@pytest.mark.parametrize("name", NAMES)
def test_every_column_can_be_asked_for_by_its_bare_name(name: str) -> None:
    columns = ", ".join(views()[name].types)
    answer = ask(RUN, f"select {columns} from {name}")
    assert len(answer.rows) == len(lines(name, RUN)) > 0


@pytest.mark.parametrize("name", NAMES)
def test_a_view_says_what_it_is_in_one_sentence_and_its_columns_in_a_few_words(name: str) -> None:
    view = views()[name]
    assert re.fullmatch(r"[A-Z][^.]+\.", view.doc)
    for column in view.columns:
        assert column.doc
        assert "|" not in column.doc  # it stands in a table


def test_seconds_and_only_seconds_are_called_so() -> None:
    for view in views().values():
        for column in view.columns:
            assert column.name.endswith("_s") == (column.type == "DOUBLE") or column.name == "share"


def test_a_moment_counts_from_time_zero_and_one_that_never_was_has_none() -> None:
    assert RUN.at_s(at(12.5)) == 12.5
    assert RUN.at_s(at(-1.0)) == -1.0
    assert RUN.at_s(None) is None
    assert between_s(None, 1) is None
