from telemetry.exchange import Exchange
from tests.telemetry.synthetic import (
    attempt,
    evidence,
    exchange,
    measured,
    refused,
    renumbered,
    steady,
    window,
)

NAME = "flaps"


def served(*stretches: tuple[str, float, float], every: float = 0.1) -> list[Exchange]:
    parts = [steady(start, end, every=every, endpoint=name) for name, start, end in stretches]
    return renumbered(e for part in parts for e in part)


def test_away_and_back_is_what_a_window_explains() -> None:
    seen = evidence(served(("azure", 5, 20), ("vertex", 20, 42), ("azure", 42, 60)), window())
    figure = measured(NAME, seen, window=seen.windows[0])
    assert (figure.value, figure.samples) == (0.0, 550)
    assert figure.reason == "2 changes of majority in 55 bins"


def test_each_change_more_counts() -> None:
    parts = (
        ("azure", 5, 20), ("vertex", 20, 25), ("azure", 25, 27), ("vertex", 27, 42),
        ("azure", 42, 60),
    )  # fmt: skip
    seen = evidence(served(*parts), window())
    assert measured(NAME, seen, window=seen.windows[0]).value == 2.0


def test_a_window_that_traffic_has_not_come_back_from_explains_one_change() -> None:
    parts = (("azure", 5, 20), ("vertex", 20, 25), ("azure", 25, 27), ("vertex", 27, 60))
    seen = evidence(served(*parts), window())
    assert measured(NAME, seen, window=seen.windows[0]).value == 2.0
    seen = evidence(served(("azure", 5, 20), ("vertex", 20, 60)), window())
    assert measured(NAME, seen, window=seen.windows[0]).value == 0.0


def test_fewer_than_sixty_percent_change_nothing() -> None:
    mixed = [
        exchange(
            0, 20 + i / 10, attempt("vertex" if i % 20 in {1, 3, 5, 7, 9} else "azure", 20 + i / 10)
        )
        for i in range(200)
    ]
    seen = evidence(renumbered([*steady(5, 20), *mixed, *steady(40, 60)]), window())
    assert measured(NAME, seen, window=seen.windows[0]).reason.startswith("0 changes")


def test_sixty_percent_do() -> None:
    mixed = [
        exchange(0, 20 + i / 10, attempt("vertex" if i % 10 < 6 else "azure", 20 + i / 10))
        for i in range(10)
    ]
    seen = evidence(renumbered([*steady(5, 20), *mixed, *steady(21, 60)]), window())
    assert measured(NAME, seen, window=seen.windows[0]).reason.startswith("2 changes")


def test_bins_grow_until_they_hold_five() -> None:
    slow = served(("azure", 5, 20), ("vertex", 20, 40), ("azure", 40, 60), every=0.5)
    seen = evidence(slow, window())
    figure = measured(NAME, seen, window=seen.windows[0])
    assert "in 18 bins" in figure.reason  # 3 s hold 6; 55 s hold 18 of them, and a rest of 1 s
    assert figure.samples == 110


def test_nine_bins_are_too_few() -> None:
    few = served(("azure", 5, 20), ("vertex", 20, 40), ("azure", 40, 60), every=1.3)
    seen = evidence(few, window())
    figure = measured(NAME, seen, window=seen.windows[0])
    assert figure.value is None
    assert "10 needed" in figure.reason


def test_what_nobody_served_says_nothing() -> None:
    failed = [exchange(0, 30 + i / 10, refused("azure", 30 + i / 10)) for i in range(50)]
    parts = served(("azure", 5, 20), ("vertex", 20, 30), ("vertex", 35, 42), ("azure", 42, 60))
    seen = evidence(renumbered([*parts, *failed]), window())
    assert measured(NAME, seen, window=seen.windows[0]).value == 0.0


def test_it_is_counted_up_to_the_next_window_and_from_the_last() -> None:
    parts = (
        ("azure", 5, 20), ("vertex", 20, 30), ("azure", 30, 45), ("vertex", 45, 50),
        ("azure", 50, 60),
    )  # fmt: skip
    first, second = window(20, 30), window(45, 50, first_hit=45.0)
    seen = evidence(served(*parts), first, second)
    figures = [measured(NAME, seen, window=one) for one in (first, second)]
    assert [figure.value for figure in figures] == [0.0, 0.0]
    assert [figure.reason.split()[0] for figure in figures] == ["2", "2"]


def test_windows_that_overlap_explain_no_more_than_one() -> None:
    parts = (
        ("azure", 5, 20), ("vertex", 20, 25), ("azure", 25, 27), ("vertex", 27, 42),
        ("azure", 42, 60),
    )  # fmt: skip
    also = window(20, 40, group="slow")
    seen = evidence(served(*parts), window(), also)
    assert [measured(NAME, seen, window=one).value for one in seen.windows] == [2.0, 2.0]


def test_a_window_that_touched_nobody_explains_nothing() -> None:
    there = served(("azure", 5, 20), ("vertex", 20, 42), ("azure", 42, 60))
    for_good = served(("azure", 5, 20), ("vertex", 20, 60))
    for exchanges, changes in ((there, 2.0), (for_good, 1.0)):
        seen = evidence(exchanges, window(first_hit=None))
        assert measured(NAME, seen, window=seen.windows[0]).value == changes


def test_without_a_window_it_is_unknown() -> None:
    assert measured(NAME, evidence(served(("azure", 5, 60))), phase="fault").value is None
