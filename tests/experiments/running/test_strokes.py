import pytest

from experiments.running.strokes import bar, sparkline


@pytest.mark.parametrize(
    ("share", "drawn"),
    [(0.0, "    "), (0.001, "▏   "), (0.5, "██  "), (0.53125, "██▏ "), (1.0, "████"), (7, "████")],
)
def test_a_bar_is_as_long_as_its_share_and_as_wide_as_told(share: float, drawn: str) -> None:
    assert bar(share, 4) == drawn


def test_a_history_ends_with_the_newest_and_shows_nothing_as_nothing() -> None:
    assert sparkline([0.0, 1.0, 4.0, 8.0], 8.0, 6) == "  ·▂▅█"
    assert sparkline([8.0, None, 1.0], 8.0, 2) == "·▂"


def test_a_history_without_a_top_or_room_is_no_error() -> None:
    assert sparkline([0.0, None], 0.0, 2) == "··"
    assert sparkline([1.0], 1.0, 0) == ""
