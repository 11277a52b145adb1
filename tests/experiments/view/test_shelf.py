import math

import pytest

from experiments.view import shelf
from experiments.view.opened import Opened
from experiments.view.shelf import AskedTooMuchError, Shelf, kept
from telemetry.database import DatabaseError


def test_the_columns_are_those_of_the_views_and_who_served() -> None:
    names = {view.name: tuple(view.types) for view in kept()}
    assert names["exchanges"] == (*shelf.EXCHANGE_COLUMNS, "shown_by")
    assert names["attempts"] == shelf.ATTEMPT_COLUMNS


def test_everything_is_on_it(opened: Opened) -> None:
    exchanges = opened.seen.evidence.exchanges
    (line,) = opened.shelf.ask(
        "select count(*) as n, sum(attempts) as tried, max(ttft_s) as slowest from exchanges"
    )
    assert line["n"] == len(exchanges)
    assert line["tried"] == sum(len(e.attempts) for e in exchanges)
    assert line["slowest"] == math.inf


def test_a_question_that_takes_too_long_is_ended(
    opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shelf, "PATIENCE_S", 0.05)
    endless = "select sum(a.range * b.range) from range(1000000) a, range(1000000) b"
    with pytest.raises(AskedTooMuchError, match=r"within 0\.05 s"):
        opened.shelf.ask(endless)


def test_it_reaches_no_file(opened: Opened) -> None:
    with pytest.raises(DatabaseError):
        opened.shelf.ask("from read_csv('/etc/passwd')")


def test_it_may_be_filled_again(opened: Opened) -> None:
    again = Shelf(opened.seen)
    query = "select count(*) as n from attempts"
    assert again.ask(query) == opened.shelf.ask(query)
    again.close()
