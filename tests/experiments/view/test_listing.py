import pytest

from experiments.view.listing import choices, place, rows
from experiments.view.opened import Opened
from experiments.view.wish import ORDERS, Page, Place
from telemetry.outcome import Outcome


def test_pages_hold_every_exchange_once_in_order(opened: Opened) -> None:
    total = rows(opened.shelf, Page()).total
    pages = [rows(opened.shelf, Page(offset=at, limit=100)) for at in range(0, total, 100)]
    numbers = [row["exchange"] for page in pages for row in page.rows]
    by_plan = sorted(opened.seen.evidence.exchanges, key=lambda e: (e.planned_ns, e.number))
    assert numbers == [exchange.number for exchange in by_plan]


@pytest.mark.parametrize(
    ("wish", "is_wanted"),
    [
        (Page(outcome="failed"), lambda e: not e.succeeded),
        (Page(outcome="rate_limited"), lambda e: e.outcome is Outcome.RATE_LIMITED),
        (Page(served="vertex"), lambda e: e.succeeded and e.served_by == "vertex"),
        (Page(served="nobody"), lambda e: not e.succeeded),
        (Page(touched="yes"), lambda e: e.touched),
        (Page(moved="yes"), lambda e: e.succeeded and len(e.attempts) > 1),
        (Page(over=1), lambda e: len(e.attempts) > 1),
        (Page(trace="#7"), lambda e: e.number == 7),
    ],
)
def test_a_filter_finds_what_it_says(opened: Opened, wish: Page, is_wanted: object) -> None:
    assert callable(is_wanted)
    wanted = sum(1 for e in opened.seen.evidence.exchanges if is_wanted(e))
    found = rows(opened.shelf, wish)
    assert found.total == wanted
    assert wanted > 0
    assert wanted < len(opened.by_number)


def test_a_phase_is_the_verdicts(opened: Opened) -> None:
    for name in ("baseline", "fault"):
        found = rows(opened.shelf, Page(phase=name))
        assert found.total == len(opened.seen.evidence.in_phase(name))


def test_a_stretch_of_time_takes_its_start_and_leaves_its_end(opened: Opened) -> None:
    planned = opened.seen.at_s(opened.by_number[10].planned_ns)
    following = opened.seen.at_s(opened.by_number[11].planned_ns)
    found = rows(opened.shelf, Page(start=planned, end=following))
    assert [row["exchange"] for row in found.rows] == [10]


def test_what_did_not_succeed_has_no_duration(opened: Opened) -> None:
    for row in rows(opened.shelf, Page(outcome="failed")).rows:
        assert (row["ttft_s"], row["total_s"]) == ("", "")
    first = rows(opened.shelf, Page(limit=1)).rows[0]
    assert first["ttft_s"].endswith(" s")


@pytest.mark.parametrize("sort", ORDERS)
def test_a_place_is_where_the_list_has_it(opened: Opened, sort: str) -> None:
    listed = [r["exchange"] for r in rows(opened.shelf, Page(sort=sort, down="yes", limit=50)).rows]
    assert place(opened.shelf, Place(sort=sort, down="yes", x=listed[33])) == 33


def test_what_is_filtered_out_has_no_place(opened: Opened) -> None:
    failed = next(e for e in opened.seen.evidence.exchanges if not e.succeeded)
    assert place(opened.shelf, Place(outcome="ok", x=failed.number)) is None


def test_what_there_is_to_choose_adds_up(opened: Opened) -> None:
    found = choices(opened.shelf)
    assert sum(one.exchanges for one in found["outcome"]) == len(opened.by_number)
    assert {one.value for one in found["served"]} == {"azure", "vertex"}
